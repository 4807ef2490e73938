import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrometheusFromSource } from './build.ts';
import { type Cache, cacheKey } from './cache.ts';
import { isOffered, unpackPackages } from './debian.ts';
import { runStep, type StepContext } from './step.ts';

export interface PrometheusBinary {
  readonly path: string;
  /** `2.42.0+ds` */
  readonly version: string;
}

// one entry whatever Debian's patch level: what is asked of it has not changed since 2.33
const DEBIAN_KEY = cacheKey({ package: 'prometheus', platform: process.platform, arch: process.arch });

/** Debian's package, unpacked and not installed, where there is one; else compiled from source. */
export const ensurePrometheus = async (cache: Cache, context: StepContext): Promise<PrometheusBinary> => {
  const fromDebian =
    cache.has('prometheus-debian', DEBIAN_KEY) || (await isOffered('prometheus', context).catch(() => false));
  const path = fromDebian
    ? await unpackedFromDebian(cache, context).catch(() => ensurePrometheusFromSource(cache, context))
    : await ensurePrometheusFromSource(cache, context);
  const answer = spawnSync(path, ['--version'], { encoding: 'utf8' });
  const version = /version (\S+)/.exec(`${answer.stdout}${answer.stderr}`)?.[1];
  return { path, version: version ?? 'unknown' };
};

const unpackedFromDebian = async (cache: Cache, context: StepContext): Promise<string> => {
  const folder = await cache.entry({
    name: 'prometheus-debian',
    key: DEBIAN_KEY,
    deadlineSeconds: 300,
    ...(context.abort === undefined ? {} : { abort: context.abort }),
    fill: (into) =>
      runStep({ step: 'fetching Prometheus', expectedSeconds: 3, report: context.report }, async () => {
        await unpackPackages(['prometheus'], into, context);
        rmSync(join(into, '.packages'), { recursive: true });
      }),
  });
  return join(folder, 'usr', 'bin', 'prometheus');
};
