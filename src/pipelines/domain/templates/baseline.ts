import { hostMetricsReceiver, processMetricNames } from '../metric-set.ts';
import { Template } from '../template.ts';
import type { TemplateDefinition } from '../template-definition.ts';

/** T1: everything that the processes of a node show. Deliberately more than vendors ship: it is the control. */
export const baseline: TemplateDefinition = {
  template: Template.parse({
    name: 'baseline',
    version: '1.0.0',
    kind: 'baseline',
    signal: 'metrics',
    title: 'Everything',
    summary: 'Metrics of the node and of each of its processes, nothing left out.',
    documentation:
      'The control of a comparison: every process of the node with CPU, memory, disk, threads and open files, beside ' +
      'the metrics of the node as a whole. Compared with another template it collects the same metrics as that one, so ' +
      'that a saving comes from the idea of the other template alone. The command line of a process is not collected: ' +
      'it can hold secrets.',
    lever: 'none',
    parameters: [],
    components: [
      { id: 'host_metrics', does: 'reads the node and its processes', stability: 'beta' },
      { id: 'memory_limiter', does: 'refuses data before memory runs out', stability: 'beta' },
      { id: 'resource', does: 'stamps node and cluster on every series', stability: 'beta' },
      { id: 'prometheus_remote_write', does: 'sends to the measurement store', stability: 'beta' },
    ],
  }),
  metricSet: {
    scrapers: ['cpu', 'memory', 'disk', 'load'],
    processMetrics: {
      'process.cpu.utilization': 'each-state',
      'process.threads': 'each-state',
      'process.open_file_descriptors': 'each-state',
    },
  },
  neededMetrics: {},
  content: ({ metricSet, collectionIntervalSeconds }) => ({
    settings: {
      receivers: { host_metrics: hostMetricsReceiver(metricSet, collectionIntervalSeconds) },
      service: {
        pipelines: {
          metrics: {
            receivers: ['host_metrics'],
            processors: ['memory_limiter', 'resource/stamp'],
            exporters: ['prometheus_remote_write'],
          },
        },
      },
    },
    explanation: [
      {
        component: 'host_metrics',
        sentence: `Every ${collectionIntervalSeconds} s it reads ${metricSet.scrapers.join(', ')} of the node, and of each process ${processMetricNames(metricSet).join(', ')}.`,
      },
      {
        component: 'memory_limiter',
        sentence: 'Above 80 % of its memory limit it refuses data instead of being killed.',
      },
      { component: 'resource/stamp', sentence: 'Every series gets the names of its node and its cluster.' },
      { component: 'prometheus_remote_write', sentence: 'Everything goes to the measurement store, and nowhere else.' },
    ],
  }),
};
