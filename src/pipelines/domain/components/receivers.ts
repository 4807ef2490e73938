import { HOST_SCRAPERS } from './host-scrapers.ts';
import { grpcServerKeys, httpServerKeys } from './network-shapes.ts';
import { duration, section, sectionIn, text } from './shape.ts';

const urlPath = (usual: string) => text({ default: usual });

const otlp = section(
  {
    protocols: section({
      grpc: section(grpcServerKeys('localhost:4317'), { isOptional: true }),
      http: section(
        {
          ...httpServerKeys({ endpoint: 'localhost:4318', keepsAlive: true }),
          traces_url_path: urlPath('/v1/traces'),
          metrics_url_path: urlPath('/v1/metrics'),
          logs_url_path: urlPath('/v1/logs'),
        },
        { isOptional: true },
      ),
    }),
  },
  {
    rules: [
      (given) => {
        const protocols = sectionIn(given, 'protocols');
        const isOn = (name: string): boolean =>
          protocols === undefined || (name in protocols && sectionIn(protocols, name)?.['enabled'] !== false);
        return isOn('grpc') || isOn('http')
          ? undefined
          : { key: 'protocols', message: 'it listens to no protocol', fix: 'write protocols: {grpc: {}, http: {}}' };
      },
    ],
  },
);

const hostMetrics = section(
  {
    collection_interval: duration('1m0s', { least: 'more-than-nothing' }),
    initial_delay: duration('1s'),
    timeout: duration('0s', { least: 'nothing' }),
    root_path: text({ means: 'path', default: '' }),
    metadata_collection_interval: duration('5m0s'),
    scrapers: section(HOST_SCRAPERS),
  },
  {
    passesOverUnknown: true,
    rules: [
      (given) =>
        Object.keys(sectionIn(given, 'scrapers') ?? { unknown: null }).length === 0
          ? {
              message: 'it has no scraper, so it would read nothing',
              fix: 'add scrapers: {cpu: {}, memory: {}, process: {}}',
            }
          : undefined,
    ],
  },
);

export const RECEIVER_SETTINGS = { host_metrics: hostMetrics, otlp };
