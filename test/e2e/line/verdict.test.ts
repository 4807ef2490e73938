import { expect, test } from 'vitest';
import { firstExperiment } from '../../../local/first-experiment.ts';
import type { Client } from '../../../src/client/client.ts';
import { ApiProblem } from '../../../src/client/problem.ts';
import type { ExperimentView } from '../../../src/experiments/contract/views.ts';
import type { State } from '../../../src/experiments/domain/vocabulary.ts';
import { askPrometheus, clientOf, clusterId, eventually, line, objectsOnCluster, reaches } from '../../support/line.ts';

const MINUTES = 60;

const startOn = async (client: Client, node: string, name: string, change: object = {}): Promise<ExperimentView> => {
  const { body } = await client.createExperiment({
    body: firstExperiment(clusterId(), { name, targets: [{ clusterId: clusterId(), nodeNames: [node] }], ...change }),
  });
  return (await client.startExperiment({ params: { experimentId: body.id }, ifMatch: body.version })).body;
};

const nodeAt = (index: number): string => {
  const node = line().nodes[index];
  if (node === undefined) throw new Error(`the line has no node ${index}`);
  return node;
};

const cleaned = (client: Client, view: ExperimentView): Promise<ExperimentView> =>
  eventually(
    `${view.id} to be cleaned up`,
    2 * MINUTES,
    async () => (await client.getExperiment({ params: { experimentId: view.id } })).body,
    ({ cleanup }) => cleanup === 'done' || cleanup === 'not_needed',
  );

test.concurrent(
  'an experiment runs to a verdict whose numbers are the collectors’ own, is promoted and withdrawn',
  async () => {
    const client = await clientOf('admin');
    const begun = await startOn(client, nodeAt(0), 'verdict and promotion');
    const running = await reaches(client, begun.id, ['running'], 3 * MINUTES);
    expect(running.epoch).toBe(1);

    const decided = await reaches(client, begun.id, ['awaiting_approval', 'ended', 'rolled_back'], 5 * MINUTES);
    expect(decided.verdict?.verdict, decided.verdict?.sentence ?? decided.reason ?? '').toBe('promote');
    expect(decided.verdict?.strength).toBe('screening');
    expect(decided.verdict?.hypotheticalBaseline).toBe(true);
    expect(decided.verdict?.ifRolledOut).toBeNull();

    // the same question, asked of Prometheus by somebody else: points exported in one slot, per variant
    const points = (
      await client.getExperimentMetrics({ params: { experimentId: begun.id }, query: { metric: 'exported_points' } })
    ).body;
    const index = points.slots.findLastIndex(
      ({ phase }, i) =>
        phase === 'measured' && points.variants.every(({ pooled }) => pooled[i] !== undefined && 'value' in pooled[i]),
    );
    const slot = points.slots[index];
    if (slot === undefined) throw new Error('no slot was measured for both variants');
    const at = Date.parse(slot.endsAt) / 1000;
    for (const { variant, pooled } of points.variants) {
      const selector = `otelcol_exporter_sent_metric_points{phx_experiment="${begun.id}",phx_variant="${variant}"}`;
      const [before, after] = await Promise.all([
        askPrometheus(selector, at - decided.slotSeconds),
        askPrometheus(selector, at),
      ]);
      const sum = (answer: typeof before) => answer.reduce((total, { value }) => total + value, 0);
      expect(pooled[index], `${variant} in the slot that ends at ${slot.endsAt}`).toEqual({
        value: sum(after) - sum(before),
      });
    }
    const series = (
      await client.getExperimentMetrics({ params: { experimentId: begun.id }, query: { metric: 'active_series' } })
    ).body;
    for (const { variant, pooled } of series.variants) {
      const query = (await client.getExperimentQueries({ params: { experimentId: begun.id } })).body.items.find(
        ({ metric }) => metric === 'active_series',
      );
      const window = /\[(\d+s)\]/.exec(query?.promql ?? '')?.[1];
      const counted = await askPrometheus(
        `count(last_over_time({phx_experiment="${begun.id}",phx_variant="${variant}",__name__=~"process_.+|system_.+"}[${window}]))`,
        at,
      );
      expect(pooled[index], `series of ${variant}`).toEqual({ value: counted[0]?.value });
    }

    // and in money: on a bill by points less than before for certain, and no claim over a template
    const costs = (await client.getCostAnalysis({ params: { experimentId: begun.id }, query: {} })).body;
    expect(costs).toMatchObject({ verdict: 'promote', nodes: 1, nodesMeasured: 1, hypotheticalBaseline: true });
    const byPoints = costs.items.find(({ priceBook }) => priceBook === 'signoz');
    expect(byPoints?.saving?.low).toBeGreaterThan(0);
    expect(byPoints?.headline).toBeNull();

    // promotion leaves exactly the winner
    const promoting = (await client.promoteExperiment({ params: { experimentId: begun.id }, ifMatch: decided.version }))
      .body;
    expect(['promoting', 'awaiting_approval']).toContain(promoting.state);
    const promoted = await cleaned(client, await reaches(client, begun.id, ['promoted'], 3 * MINUTES));
    expect(await objectsOnCluster(begun.id)).toEqual([]);
    const deployment = promoted.promotion?.deploymentId ?? '';
    const left = await objectsOnCluster(deployment);
    expect(left.filter((object) => object.startsWith('daemonsets/'))).toHaveLength(1);
    expect(left.filter((object) => object.startsWith('pods/'))).toHaveLength(1);

    // and a rollback removes that, too
    await client.rollbackExperiment({
      params: { experimentId: begun.id },
      ifMatch: promoted.version,
      body: { reason: 'the test is over' },
    });
    await reaches(client, begun.id, ['rolled_back'], 3 * MINUTES);
    expect(await objectsOnCluster(deployment)).toEqual([]);

    const { items } = (await client.listTransitions({ params: { experimentId: begun.id } })).body;
    const path = items.map(({ to }) => to);
    const expected: State[] = [
      'draft',
      'validating',
      'provisioning',
      'warming',
      'running',
      'deciding',
      'awaiting_approval',
      'promoting',
      'promoted',
      'rolling_back',
      'rolled_back',
    ];
    expect(path).toEqual(expected);
    expect(items.every(({ cause }) => cause.length > 0)).toBe(true);
  },
  15 * MINUTES * 1000,
);

test.concurrent.each([
  ['provisioning', 1],
  ['warming', 2],
  ['running', 3],
] as const)(
  'a stop while %s puts everything back and is no success',
  async (state, node) => {
    const client = await clientOf('operator');
    const experimenter = await clientOf('experimenter');
    const begun = await startOn(experimenter, nodeAt(node), `stopped while ${state}`);
    await reaches(client, begun.id, [state], 3 * MINUTES);
    await client.stopExperiment({
      params: { experimentId: begun.id },
      ifMatch: '*',
      body: { reason: `a test stops it while ${state}` },
    });
    const ended = await cleaned(client, await reaches(client, begun.id, ['rolled_back', 'ended'], 90));
    expect(ended.verdict?.verdict).toBe('cancelled');
    expect(await objectsOnCluster(begun.id)).toEqual([]);
    const nodes = (await client.listClusterNodes({ params: { clusterId: clusterId() } })).body.items;
    expect(nodes.find(({ name }) => name === nodeAt(node))?.reservedBy).toBeNull();
  },
  8 * MINUTES * 1000,
);

test.concurrent(
  'a candidate that saves nothing is not promoted, and nothing of it stays',
  async () => {
    const client = await clientOf('experimenter');
    const begun = await startOn(client, nodeAt(4), 'the same against itself', {
      candidatePipeline: { template: 'baseline', parameters: {} },
      labels: { control: 'aa' },
      durationSeconds: 48,
    });
    const ended = await cleaned(
      client,
      await reaches(client, begun.id, ['ended', 'rolled_back', 'awaiting_approval'], 5 * MINUTES),
    );
    expect(ended.state).toBe('ended');
    expect(['reject_no_benefit', 'inconclusive_underpowered']).toContain(ended.verdict?.verdict);
    expect(await objectsOnCluster(begun.id)).toEqual([]);
  },
  8 * MINUTES * 1000,
);

test(
  'a second experiment on a held node is refused and leaves nothing behind',
  async () => {
    const client = await clientOf('experimenter');
    const first = await startOn(client, nodeAt(4), 'holds the node');
    const second = (
      await client.createExperiment({
        body: firstExperiment(clusterId(), {
          name: 'wants the same node',
          targets: [{ clusterId: clusterId(), nodeNames: [nodeAt(4)] }],
        }),
      })
    ).body;
    const refusal = await client.startExperiment({ params: { experimentId: second.id }, ifMatch: second.version }).then(
      () => null,
      (problem: unknown) => problem,
    );
    expect(refusal).toBeInstanceOf(ApiProblem);
    expect(refusal).toMatchObject({ status: 409, code: 'EXPERIMENT_OVERLAP_DETECTED' });
    expect((await client.getExperiment({ params: { experimentId: second.id } })).body.state).toBe('draft');
    await client.stopExperiment({
      params: { experimentId: first.id },
      ifMatch: '*',
      body: { reason: 'the overlap was seen' },
    });
    await cleaned(client, await reaches(client, first.id, ['rolled_back', 'ended'], 2 * MINUTES));
    expect(await objectsOnCluster(second.id)).toEqual([]);
  },
  8 * MINUTES * 1000,
);
