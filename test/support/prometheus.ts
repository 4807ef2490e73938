import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTargets } from '../../local/kubelet/scrape-targets.ts';
import { type Prometheus, startPrometheus } from '../../local/parts/prometheus.ts';
import { type Children, makeChildren } from '../../local/processes/child.ts';
import { beginLife } from '../../local/processes/life.ts';
import { freePorts } from '../../local/processes/ports.ts';
import { ensurePrometheus } from '../../local/toolchain/prometheus.ts';
import { toolCache, toolContext } from './tools.ts';

/** A measurement store of a test's own, and the processes that live and end with it. */
export interface TestStore {
  readonly prometheus: Prometheus;
  readonly children: Children;
  readonly folder: string;
  /** from now on these `host:port` are scraped */
  scrape(addresses: readonly string[]): void;
  stop(): Promise<void>;
}

export const startTestStore = async ({
  scrapeIntervalSeconds = 1,
  ruleFiles = [],
}: {
  readonly scrapeIntervalSeconds?: number;
  readonly ruleFiles?: readonly string[];
} = {}): Promise<TestStore> => {
  const binary = await ensurePrometheus(toolCache(), toolContext());
  const folder = mkdtempSync(join(tmpdir(), 'phoenix-store-'));
  const life = await beginLife(folder);
  const children = makeChildren(life);
  const [port = 0] = await freePorts(1);
  const targetsFolder = join(folder, 'targets');
  const prometheus = await startPrometheus(children, {
    binary,
    port,
    stateFolder: folder,
    targetsFolder,
    scrapeIntervalSeconds,
    ruleFiles,
  });
  return {
    prometheus,
    children,
    folder,
    scrape: (addresses) =>
      writeTargets(
        join(targetsFolder, 'collectors.json'),
        addresses.map((address) => ({ address, namespace: 'phoenix-exp', pod: address, node: 'from-discovery' })),
      ),
    stop: async () => {
      await children.stopAll();
      life.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** One value of an instant query, asked directly and without anything of ours. */
export const askPrometheus = async (
  url: string,
  promql: string,
  atSeconds: number,
): Promise<readonly { readonly metric: Readonly<Record<string, string>>; readonly value: number }[]> => {
  const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: promql, time: String(atSeconds) })}`);
  if (!answer.ok) throw new Error(`${promql}: ${await answer.text()}`);
  const { data } = (await answer.json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
};
