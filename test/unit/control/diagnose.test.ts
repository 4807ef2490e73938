import { describe, expect, test } from 'vitest';
import { Cluster } from '../../../src/clusters/domain/cluster.ts';
import type { DoctorPorts } from '../../../src/control/application/serve-doctor.ts';
import { serveDoctor } from '../../../src/control/application/serve-doctor.ts';
import { Diagnosis } from '../../../src/control/contract/routes.ts';
import { type ClusterPicture, diagnose, type Picture } from '../../../src/control/domain/diagnose.ts';
import { FINDING_CODES, type FindingCode } from '../../../src/control/domain/finding.ts';
import type { Experiment } from '../../../src/experiments/domain/experiment.ts';
import { ClusterId, TenantId } from '../../../src/kernel/identity.ts';
import { minutesAfter } from '../../../src/kernel/instant.ts';
import { ANNA, after, CLUSTER, EXPERIMENT, experimentIn, historyTo, T0, TENANT } from '../../support/builders.ts';
import { ANNA_PRINCIPAL } from '../../support/world.ts';

const at = (minutes: number) => minutesAfter(T0, minutes);

const cluster = (change: Partial<Cluster> = {}): Cluster => ({
  ...Cluster.parse({
    id: CLUSTER,
    tenantId: TENANT,
    version: 1,
    settings: {
      name: 'eu-1',
      access: {
        kind: 'direct',
        endpoint: 'https://127.0.0.1:6443',
        caPem: '-----BEGIN CERTIFICATE-----',
        tokenSecret: 't',
      },
      namespace: 'phoenix-exp',
      metrics: { kind: 'url', url: 'http://127.0.0.1:9090' },
      remoteWriteUrl: 'http://127.0.0.1:9090/api/v1/write',
    },
    health: 'reachable',
    healthMessage: null,
    preflight: null,
    nodesSeenAt: T0,
    objectCount: 0,
    createdAt: T0,
    updatedAt: T0,
  }),
  ...change,
});

const picture = (now: number, change: Partial<Picture> = {}): Picture => ({
  now: at(now),
  experiments: [],
  lookEveryMinutes: 5,
  clusters: [],
  unpublished: 0,
  parked: 0,
  deadLetters: [{ queue: 'measure', messages: 0 }],
  ...change,
});
const withExperiment = (now: number, experiment: Experiment, isAbandoned = false): Picture =>
  picture(now, { experiments: [{ experiment, isAbandoned }] });
const withCluster = (now: number, change: Partial<Cluster>, around: Partial<ClusterPicture> = {}): Picture =>
  picture(now, { clusters: [{ cluster: cluster(change), holds: [], isInUse: false, ...around }] });

const stopped = after(...historyTo('running'), { type: 'stop-requested', reason: 'enough', at: T0, by: ANNA });
const unheard = after(...historyTo('validating'));
const owing = { ...experimentIn('rolled_back'), cleanup: 'pending' } as Experiment;
const held = (holder: Experiment | null): Partial<ClusterPicture> => ({
  isInUse: true,
  holds: [{ node: 'node-1', heldBy: EXPERIMENT, holder }],
});

/** What plants a finding, and the same a moment earlier or otherwise whole, which is none. */
const PLANTED: Readonly<Record<FindingCode, readonly [sick: Picture, well: Picture]>> = {
  'state-overdue': [withExperiment(30, experimentIn('deciding')), withExperiment(29, experimentIn('deciding'))],
  'start-unheard': [withExperiment(5, unheard), withExperiment(4, unheard)],
  'stop-unheard': [withExperiment(10, stopped), withExperiment(9, stopped)],
  'nobody-waits': [
    withExperiment(20, experimentIn('running'), true),
    withExperiment(20, experimentIn('running'), false),
  ],
  'cleanup-overdue': [withExperiment(60, owing), withExperiment(59, owing)],
  'node-held-by-nobody': [
    withCluster(0, {}, held(experimentIn('ended'))),
    withCluster(0, {}, held(experimentIn('running'))),
  ],
  'cluster-silent': [withCluster(0, { health: 'unreachable', healthMessage: 'ECONNREFUSED' }), withCluster(0, {})],
  'cluster-unseen': [withCluster(15, {}), withCluster(14, {})],
  'cluster-leftovers': [withCluster(0, { objectCount: 3 }), withCluster(0, { objectCount: 3 }, { isInUse: true })],
  'events-unpublished': [picture(0, { unpublished: 2 }), picture(0)],
  'events-parked': [picture(0, { parked: 1 }), picture(0)],
  'dead-letters': [picture(0, { deadLetters: [{ queue: 'measure', messages: 4 }] }), picture(0)],
};

describe('each finding', () => {
  test.each(FINDING_CODES)(
    '%s is found where it is planted, alone and with a command, and not a moment earlier',
    (code) => {
      const [sick, well] = PLANTED[code];
      const found = diagnose(sick);
      expect(found.map((finding) => finding.code)).toEqual([code]);
      expect(found[0]?.command).toMatch(/^(phoenix|aws|kubectl) \S+/);
      expect(found[0]?.sentence).not.toBe('');
      expect(diagnose(well)).toEqual([]);
    },
  );
});

test('a reservation of an experiment that owes its cleanup is no finding, of one that was deleted it is', () => {
  expect(diagnose(withCluster(0, {}, held(owing)))).toEqual([]);
  expect(diagnose(withCluster(0, {}, held(null))).map(({ code, subject }) => `${code} ${subject}`)).toEqual([
    'node-held-by-nobody eu-1/node-1',
  ]);
});

test('the command that frees a node names its reservation', () => {
  const [finding] = diagnose(withCluster(0, {}, held(null)));
  expect(finding?.command).toContain(`{"pk":{"S":"T#acme#CLU#${CLUSTER}"},"sk":{"S":"HOLD#node-1#metrics"}}`);
});

describe('looking around', () => {
  const seen = (change: Partial<DoctorPorts> = {}): DoctorPorts => ({
    experiments: { due: async () => [], load: async () => null, list: async () => ({ items: [] }) },
    waits: { find: async () => null },
    clusters: { list: async () => ({ items: [], nextKey: null }), nodes: async () => [] },
    outbox: { unpublishedUntil: async () => [] },
    backlog: { parked: async () => 0, deadLetters: async () => [] },
    clock: { now: () => at(30) },
    ...change,
  });
  const ask = async (ports: DoctorPorts) => {
    const [served] = serveDoctor(ports);
    const answer = await served?.answer({ caller: ANNA_PRINCIPAL } as never);
    if (answer?.accepted !== true) throw new Error('it was refused');
    return Diagnosis.parse(answer.value.body);
  };

  test('where nothing is, nothing is stuck', async () => {
    expect(await ask(seen())).toEqual({ at: at(30), healthy: true, findings: [] });
  });

  test('it asks of each experiment whether its machine waits, tells nothing of other tenants, and reads every page of clusters', async () => {
    const ref = { tenantId: TENANT, experimentId: EXPERIMENT };
    const running = experimentIn('running');
    const found = await ask(
      seen({
        experiments: {
          due: async () => [ref, { ...ref, tenantId: TenantId.parse('other') }],
          load: async ({ tenantId }) => (tenantId === TENANT ? { experiment: running } : null),
          list: async () => ({ items: [] }),
        },
        clusters: {
          list: async (_, { afterKey }) =>
            afterKey === undefined
              ? { items: [cluster({ nodesSeenAt: at(30) })], nextKey: 'next' }
              : { items: [cluster({ nodesSeenAt: null, id: ClusterId.parse('clu-00000000000b') })], nextKey: null },
          nodes: async () => [],
        },
      }),
    );
    expect(found.findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      `nobody-waits ${EXPERIMENT}`,
      'cluster-unseen eu-1',
    ]);
  });

  test('a promoted pipeline may have objects on a cluster where no experiment is', async () => {
    const clusters = {
      list: async () => ({ items: [cluster({ nodesSeenAt: at(30), objectCount: 4 })], nextKey: null }),
      nodes: async () => [],
    };
    const none = seen().experiments;
    expect((await ask(seen({ clusters }))).findings.map(({ code }) => code)).toEqual(['cluster-leftovers']);
    const experiments = { ...none, list: async () => ({ items: [{}] }) };
    expect((await ask(seen({ clusters, experiments }))).healthy).toBe(true);
  });
});
