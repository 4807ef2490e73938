import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { attributesKey } from '../../../src/pipelines/domain/preview/metrics.ts';
import { readyCollector } from '../../../src/pipelines/domain/preview/play.ts';
import { statesOf } from '../../../src/pipelines/domain/preview/recorded-host.ts';
import { withVariables } from '../../../src/pipelines/domain/preview/variables.ts';
import { HOSTS } from '../../support/hosts/hosts.ts';
import { recordingOf } from '../../support/hosts/simulated-host.ts';
import { measuredParameters, measuredSeries } from '../../support/measured-templates.ts';
import { renderedOf } from '../../support/template-grid.ts';

// Of real collectors the table in docs/ has how many series they left of three recorded hosts; test/e2e measures it again,
// and compares series, points and bytes one by one.

const FRAME = { collectionIntervalSeconds: 1, criticalProcesses: ['nginx', 'systemd-journald'] };
const PARAMETERS = measuredParameters(0.5);
const MEASURED = measuredSeries();

test('the table has every template that reads a host', () => {
  expect([...MEASURED.keys()].toSorted()).toEqual(Object.keys(PARAMETERS).toSorted());
});

test.each(Object.entries(PARAMETERS))('%s leaves as many series as real collectors left', (name, parameters) => {
  const { yaml } = renderedOf(name === 'aggregated-named' ? 'aggregated' : name, parameters, FRAME);
  const predicted = HOSTS.map((host) => seriesLeft(yaml, host));
  for (const [index, measured] of (MEASURED.get(name) ?? []).entries())
    expect(
      Math.abs((predicted[index] ?? 0) / measured - 1),
      `${HOSTS[index]?.name}: ${predicted[index]} of ${measured}`,
    ).toBeLessThan(0.02);
});

/** As the collectors were made to read: each moment twice or more, a second apart. */
const seriesLeft = (yaml: string, host: (typeof HOSTS)[number]): number => {
  const ready = readyCollector(withVariables(parse(yaml), { K8S_NODE_NAME: 'node-1', PHX_CLUSTER: 'this-machine' }));
  expect(ready.limits).toEqual([]);
  const playing = ready.run();
  const reads = statesOf(recordingOf(host, [0, 4, 8])).flatMap((state) => [state, state]);
  const begin = reads[0]?.timeMs ?? 0;
  const sent = reads.flatMap((state, index) => playing({ ...state, timeMs: begin + index * 1000 }));
  const ofInterest = sent.filter(({ pipeline }) => pipeline !== 'metrics/baseline');
  return new Set(
    ofInterest.flatMap(({ batch }) =>
      batch.resources.flatMap(({ attributes, metrics }) =>
        metrics.flatMap((metric) =>
          metric.points.map((point) =>
            [metric.name, attributesKey(attributes), attributesKey(point.attributes)].join(' '),
          ),
        ),
      ),
    ),
  ).size;
};
