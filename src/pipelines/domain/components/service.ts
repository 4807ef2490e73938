import { LEVELS } from './exporters.ts';
import {
  anything,
  duration,
  either,
  flag,
  integer,
  listOf,
  mapOf,
  type SectionShape,
  section,
  sectionIn,
  text,
  word,
} from './shape.ts';

const level = (usual?: string) => word(LEVELS, { anyCase: true, ...(usual === undefined ? {} : { default: usual }) });

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'dpanic', 'panic', 'fatal', ''];

const prometheusReader = section({
  host: text({ means: 'listener' }),
  port: integer(),
  without_scope_info: flag(),
  without_type_suffix: flag(),
  without_units: flag(),
  with_resource_constant_labels: section({ included: listOf(text()), excluded: listOf(text()) }),
});

const logs = section({
  level: word(LOG_LEVELS, { default: 'info', anyCase: true }),
  development: flag(),
  encoding: text({ default: 'console' }),
  disable_caller: flag(),
  disable_stacktrace: flag(),
  disable_zap_resource: flag(),
  sampling: section({
    enabled: flag(true),
    tick: duration('10s'),
    initial: integer({ default: 10 }),
    thereafter: integer({ default: 100 }),
  }),
  output_paths: listOf(text({ means: 'path' })),
  error_output_paths: listOf(text({ means: 'path' })),
  initial_fields: mapOf(anything),
  processors: listOf(anything),
});

const metrics = section({
  // the collector writes its levels with a capital
  level: level('normal'),
  readers: listOf(
    section({
      pull: section({ exporter: either(section({ prometheus: prometheusReader }), mapOf(anything)) }),
      periodic: section({ exporter: mapOf(anything), interval: integer(), timeout: integer() }),
      producers: listOf(anything),
    }),
  ),
  views: listOf(anything),
});

const traces = section({
  level: level(),
  propagators: listOf(text()),
  processors: listOf(anything),
  sampler: anything,
  limits: anything,
});

/** A list of names and values; or, as it was before, a map of texts. */
const resource = either(
  section({
    attributes: listOf(
      section({
        name: text(),
        value: anything,
        type: word(['string', 'bool', 'int', 'double', 'string_array', 'bool_array', 'int_array', 'double_array']),
      }),
    ),
    detectors: anything,
    'detection/development': anything,
    schema_url: text({ default: 'https://opentelemetry.io/schemas/1.40.0' }),
  }),
  mapOf(text()),
);

const telemetry = section(
  { logs, metrics, traces, resource },
  {
    rules: [
      (given) => {
        const { views, level: chosen = 'normal' } = sectionIn(given, 'metrics') ?? {};
        return views !== undefined && views !== null && String(chosen).toLowerCase() !== 'detailed'
          ? { key: 'metrics', message: 'views only count at level detailed', fix: 'write level: detailed' }
          : undefined;
      },
      (given) => {
        const { readers, level: chosen = 'normal' } = sectionIn(given, 'metrics') ?? {};
        return Array.isArray(readers) && readers.length === 0 && String(chosen).toLowerCase() !== 'none'
          ? { key: 'metrics', message: 'metrics have no reader', fix: 'leave out readers, or write level: none' }
          : undefined;
      },
    ],
  },
);

const ids = listOf(text(), { isStrict: true });

/** What stands under `service`; ids are judged where the graph is. */
export const SERVICE: SectionShape = section({
  telemetry,
  extensions: ids,
  pipelines: mapOf(section({ receivers: ids, processors: ids, exporters: ids })),
});
