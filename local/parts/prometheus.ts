import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Children } from '../processes/child.ts';
import { childEnvironment } from '../processes/machine.ts';
import { waitForOrElse } from '../processes/wait.ts';
import type { PrometheusBinary } from '../toolchain/prometheus.ts';

export interface Prometheus {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly remoteWriteUrl: string;
  readonly version: string;
  readonly logFile: string;
}

export interface PrometheusOptions {
  readonly binary: PrometheusBinary;
  readonly port: number;
  readonly stateFolder: string;
  /** Folder of the nodes' target files. */
  readonly targetsFolder: string;
  readonly scrapeIntervalSeconds: number;
  /** evaluated as often as collectors are scraped */
  readonly ruleFiles?: readonly string[];
  readonly abort?: AbortSignal;
}

export const remoteWriteUrlOf = (url: string): string => `${url}/api/v1/write`;

/** Starts an empty Prometheus that takes remote writes and scrapes the collectors' own metrics. */
export const startPrometheus = async (children: Children, options: PrometheusOptions): Promise<Prometheus> => {
  const { binary, port, stateFolder, abort } = options;
  const folder = join(stateFolder, 'prometheus');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  mkdirSync(options.targetsFolder, { recursive: true });
  const settingsFile = join(folder, 'prometheus.yml');
  writeFileSync(settingsFile, prometheusSettings(options));

  const url = `http://127.0.0.1:${port}`;
  const child = children.start({
    name: 'Prometheus',
    command: binary.path,
    args: [
      `--config.file=${settingsFile}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--storage.tsdb.retention.time=7d',
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
      '--log.level=warn',
    ],
    env: childEnvironment(),
    cwd: folder,
    logFile: join(stateFolder, 'logs', 'prometheus.log'),
  });
  await waitForOrElse(
    { what: 'Prometheus to answer', deadlineSeconds: 30, ...(abort === undefined ? {} : { abort }) },
    child.died,
    async () => ((await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(2000) })).ok ? true : undefined),
  );
  return { url, remoteWriteUrl: remoteWriteUrlOf(url), version: binary.version, logFile: child.logFile };
};

/**
 * JSON is YAML too. The query lookback stays Prometheus' own (5 minutes): queries that compare variants say how far they
 * look back, and would have to on any other store.
 */
export const prometheusSettings = ({
  binary,
  targetsFolder,
  scrapeIntervalSeconds,
  ruleFiles = [],
}: Pick<PrometheusOptions, 'binary' | 'targetsFolder' | 'scrapeIntervalSeconds' | 'ruleFiles'>): string =>
  JSON.stringify(
    {
      ...(ruleFiles.length === 0 ? {} : { rule_files: ruleFiles }),
      global: {
        scrape_interval: `${scrapeIntervalSeconds}s`,
        evaluation_interval: `${scrapeIntervalSeconds}s`,
        scrape_timeout: `${Math.min(scrapeIntervalSeconds, 10)}s`,
      },
      // collectors send with several requests at once, which may overtake each other
      storage: { tsdb: { out_of_order_time_window: '10m' } },
      scrape_configs: [
        {
          job_name: 'collectors',
          honor_labels: true,
          // Prometheus 3 would keep the dots of some names; queries are written for one flavour
          ...(majorVersion(binary.version) >= 3
            ? { metric_name_validation_scheme: 'legacy', metric_name_escaping_scheme: 'underscores' }
            : {}),
          file_sd_configs: [{ files: [join(targetsFolder, '*.json')], refresh_interval: '5s' }],
        },
      ],
    },
    undefined,
    2,
  );

const majorVersion = (version: string): number => Number.parseInt(version, 10) || 0;
