import { hostMetricsReceiver, type Reading, readingSentence } from '../metric-set.ts';
import { Template } from '../template.ts';
import {
  flagOf,
  listOf,
  type TemplateDefinition,
  type TemplateWish,
  toMeasurementStore,
} from '../template-definition.ts';
import { flag, someOf } from './parameter-kinds.ts';
import { components, FRAME_DOES } from './template-components.ts';

/** Attributes that can go without making two processes the same: the id stays. */
const PRUNABLE = ['process.command', 'process.executable.path', 'process.owner', 'process.parent_pid'] as const;
const PRUNED = ['process.command', 'process.executable.path', 'process.parent_pid'] as const;

/** T6: the same processes with fewer and shorter labels, and one series where there was one per state. */
export const prunedAttributes: TemplateDefinition = {
  template: Template.parse({
    name: 'pruned-attributes',
    version: '1.0.0',
    kind: 'optimized',
    signal: 'metrics',
    use: 'experiment',
    build: 'slim',
    readsLess: true,
    title: 'Shorter labels',
    summary: 'The same processes, with fewer labels and without states and directions.',
    documentation:
      'The cheapest lever there is: what is not collected costs no processor. Labels that nobody groups by go, and CPU ' +
      'time and disk become one series each instead of one per state and direction. The id of the process stays, so no ' +
      'two series become the same. Where bytes are billed shorter labels save; where series are, only the states do.',
    keeps: 'Every process: CPU time, disk and memory, by id, executable and owner.',
    drops: 'States and directions, path, command and parent; virtual memory.',
    trap: 'A panel that filters by state="user" or groups by process_command becomes empty without an error.',
    lever: 'fewer labels and states',
    parameters: [
      someOf('dropped_attributes', 'attributes of processes that are not collected', PRUNABLE, PRUNED),
      flag('sum_states', 'CPU time is one series instead of three, disk one instead of two', true),
    ],
    components: components({ host_metrics: 'reads the node and its processes, with less of each', ...FRAME_DOES }),
  }),
  metricSet: { scrapers: ['cpu', 'memory'], processMetrics: { 'process.memory.virtual': 'off' } },
  neededMetrics: {},
  content: (wish) => {
    const { metricSet, collectionIntervalSeconds } = wish;
    const reading = readingOf(wish);
    return {
      settings: {
        receivers: { host_metrics: hostMetricsReceiver(metricSet, collectionIntervalSeconds, reading) },
        service: { pipelines: { metrics: toMeasurementStore(['host_metrics'], []) } },
      },
      says: {
        host_metrics: [
          readingSentence(metricSet, collectionIntervalSeconds, reading).slice(0, -1),
          ...(flagOf(wish, 'sum_states') ? ['CPU time and disk in one number each'] : []),
          ...(reading.withoutAttributes?.length ? [`without ${reading.withoutAttributes.join(', ')}`] : []),
        ]
          .join('; ')
          .concat('.'),
      },
    };
  },
};

const readingOf = (wish: TemplateWish): Reading => ({
  processMetrics: flagOf(wish, 'sum_states') ? { 'process.cpu.time': 'summed', 'process.disk.io': 'summed' } : {},
  withoutAttributes: [...listOf(wish, 'dropped_attributes')].sort(),
});
