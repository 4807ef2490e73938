import { expect, test } from 'vitest';
import { permissionsOf } from '../../../src/access/domain/permissions.ts';
import { memoryOperationStore } from '../../../src/clusters/adapters/memory-operation-store.ts';
import type { Stored } from '../../../src/experiments/application/ports.ts';
import { serveProcessLists } from '../../../src/experiments/application/serve-process-lists.ts';
import { EXPERIMENT_PROBLEMS } from '../../../src/experiments/contract/problems.ts';
import { OperationId } from '../../../src/kernel/identity.ts';
import { minutesAfter } from '../../../src/kernel/instant.ts';
import { accept } from '../../../src/kernel/outcome.ts';
import { systemIds } from '../../../src/kernel/system.ts';
import { memoryIdempotencyStore } from '../../../src/platform/http/memory-idempotency.ts';
import { makeRouter } from '../../../src/platform/router.ts';
import { CLUSTER, EXPERIMENT, experimentIn, T0 } from '../../support/builders.ts';
import { onSixNodes, SIX_NODES } from '../../support/measured-nodes.ts';
import { httpRequest, recordingRefusals, testClock, testRun } from '../../support/platform.ts';
import { ANNA_PRINCIPAL } from '../../support/world.ts';

const askedOf = async (stored: Stored | null, body: unknown) => {
  const clock = testClock();
  const operations = memoryOperationStore({ clock });
  const sent: unknown[] = [];
  const router = makeRouter({
    service: 'api-experiments',
    problems: EXPERIMENT_PROBLEMS,
    gatekeeper: {
      identify: async () => accept({ ...ANNA_PRINCIPAL, permissions: permissionsOf('viewer') }),
      lowestRoleFor: () => 'viewer',
    },
    idempotency: memoryIdempotencyStore({ clock }),
    refusedWrites: recordingRefusals(),
    served: serveProcessLists({
      experiments: { load: async () => stored },
      samples: {
        list: async (_tenant, _id, _epoch, range) => SIX_NODES.filter(({ slot }) => slot === range?.fromSlot),
      },
      operations,
      work: {
        send: async (messages) => {
          sent.push(...messages.map(({ message }) => message));
        },
      },
      clock,
      ids: systemIds,
    }),
  });
  const headers = { 'idempotency-key': 'a-key-of-this-test' };
  const request = httpRequest('POST', `/api/v1/experiments/${EXPERIMENT}/process-list`, { body, headers, claims: {} });
  const answer = await router(request, testRun());
  const said = JSON.parse(answer.body);
  const kept =
    answer.statusCode === 202 ? await operations.load(ANNA_PRINCIPAL.tenantId, OperationId.parse(said.id)) : null;
  return { status: answer.statusCode, location: answer.headers['location'], body: said, sent, kept };
};

test('a worker is asked about the newest slot of the first node, or of the one that is named', async () => {
  const { status, location, body, sent, kept } = await askedOf(onSixNodes('running'), {});
  expect([status, location]).toEqual([202, `/api/v1/operations/${body.id}`]);
  expect(kept).toMatchObject({ kind: 'experiment.processes', subject: EXPERIMENT, state: 'pending' });
  const about = { do: 'processes', tenantId: 'acme', clusterId: CLUSTER, experimentId: EXPERIMENT, epoch: 1 };
  expect(sent).toEqual([
    {
      ...about,
      operationId: body.id,
      slotSeconds: 10,
      collectionIntervalSeconds: 5,
      node: 'node-0',
      at: minutesAfter(T0, 9),
    },
  ]);
  expect((await askedOf(onSixNodes('running'), { node: 'node-4' })).sent).toMatchObject([{ ...about, node: 'node-4' }]);
});

const unmeasured = (): Stored => {
  const { experiment, progress } = onSixNodes('running');
  return { experiment, progress: { ...progress, slotsMeasured: 0 } };
};
const draft = (): Stored => ({ experiment: experimentIn('draft'), progress: unmeasured().progress });

type Case = readonly [string, () => Stored | null, object, number, string];

test.each<Case>([
  ['a node that it does not measure', () => onSixNodes('running'), { node: 'node-9' }, 422, 'NODE_NOT_MEASURED'],
  ['an experiment that has measured nothing', unmeasured, {}, 409, 'USAGE_NOT_MEASURED'],
  ['a draft', draft, {}, 409, 'USAGE_NOT_MEASURED'],
  ['no experiment', () => null, {}, 404, 'RESOURCE_NOT_FOUND'],
])('%s is refused, and no worker is asked', async (_, stored, body, status, code) => {
  expect(await askedOf(stored(), body)).toMatchObject({ status, body: { code }, sent: [], kept: null });
});
