import { httpServerKeys } from './network-shapes.ts';
import { anything, duration, flag, integer, section, text } from './shape.ts';

const healthCheck = section(
  {
    ...httpServerKeys({ endpoint: 'localhost:13133' }),
    path: text({ default: '/' }),
    response_body: section({ healthy: text(), unhealthy: text() }),
    check_collector_pipeline: section({
      enabled: flag(false),
      interval: text({ default: '5m' }),
      exporter_failure_threshold: integer({ default: 5 }),
    }),
    use_v2: flag(false),
    http: anything,
    grpc: anything,
    component_health: section({
      include_permanent_errors: flag(),
      include_recoverable_errors: flag(),
      recovery_duration: duration(),
    }),
  },
  {
    rules: [
      ({ use_v2: isSecond, http, grpc }) => {
        const key =
          isSecond === true ? 'use_v2' : http !== undefined ? 'http' : grpc !== undefined ? 'grpc' : undefined;
        return key === undefined
          ? undefined
          : { key, message: `${key} is behind a feature gate that we do not open`, fix: 'leave it out' };
      },
      ({ endpoint }) =>
        endpoint === ''
          ? { key: 'endpoint', message: 'it has no address', fix: 'name the address to listen on' }
          : undefined,
      ({ path }) =>
        typeof path === 'string' && !path.startsWith('/')
          ? { key: 'path', message: `"${path}" does not begin with /`, fix: `write /${path}` }
          : undefined,
    ],
  },
);

export const EXTENSION_SETTINGS = { health_check: healthCheck };
