import { beforeEach, describe, expect, test } from 'vitest';
import { memoryAuditLog } from '../../../src/audit/adapters/memory-audit-log.ts';
import { refusedWritesOn } from '../../../src/audit/adapters/refused-write-queue.ts';
import { serveAudit } from '../../../src/audit/application/serve-audit.ts';
import { makeWriteAudit, type Told } from '../../../src/audit/application/write-audit.ts';
import type { Actor, Epoch, Principal, TenantId, UserId } from '../../../src/kernel/identity.ts';
import { accept } from '../../../src/kernel/outcome.ts';
import { systemIds } from '../../../src/kernel/system.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import type { RefusedWrite } from '../../../src/platform/declare/refused-write.ts';
import { changing, envelopesOf } from '../../../src/platform/dynamodb/outbox.ts';
import { makeCursors } from '../../../src/platform/http/cursor.ts';
import { makeRouter, type Router } from '../../../src/platform/router.ts';
import { withinRun } from '../../../src/platform/run.ts';
import { auditDraft } from '../../support/audit.ts';
import { httpRequest, T0, testClock, testRun } from '../../support/platform.ts';

const ACME = 'acme' as TenantId;
const ADMIN: Actor = { kind: 'user', id: 'u-1' as UserId, email: 'admin@phoenix.example' };
const clock = testClock();

const startedEvent = async (): Promise<Told> => {
  const subject = {
    tenant: ACME,
    source: 'experiments',
    subject: 'exp-1',
    epoch: 1 as Epoch,
    actor: ADMIN,
    lastSeq: 0,
  };
  const draft = { type: 'experiment.started', schemaVersion: 1, severity: 'info' as const, data: {} };
  const [event] = await withinRun({ ...testRun(), requestId: 'request-7' }, async () =>
    envelopesOf(changing(subject, { state: 'draft' }, { state: 'validating' }), [draft], { clock, ids: systemIds }),
  );
  if (event === undefined) throw new Error('one draft gives one event');
  return event;
};
const REFUSED: RefusedWrite = {
  tenant: ACME,
  actor: ADMIN,
  at: T0,
  action: 'startExperiment',
  subject: 'exp-1',
  code: 'EXPERIMENT_OVERLAP_DETECTED',
  status: 409,
  message: 'node n-1 is held by exp-2',
  requestId: 'request-8',
  traceId: 'trace',
};

let log = memoryAuditLog({ sha256 });
beforeEach(() => {
  log = memoryAuditLog({ sha256 });
});

describe('what is written', () => {
  test('a change: who, what, of which thing, with its digests before and after and the request that asked', async () => {
    await makeWriteAudit({ log })(await startedEvent());
    expect(log.entries).toMatchObject([
      {
        position: 1,
        actor: ADMIN,
        action: 'experiment.started',
        outcome: 'done',
        subject: 'exp-1',
        before: sha256('{"state":"draft"}'),
        after: sha256('{"state":"validating"}'),
        requestId: 'request-7',
      },
    ]);
  });

  test('a refused write: with its code; one that failed is not called refused', async () => {
    const write = makeWriteAudit({ log });
    await write(REFUSED);
    await write({ ...REFUSED, requestId: 'request-9', code: 'INTERNAL_ERROR', status: 500 });
    expect(log.entries).toMatchObject([
      { action: 'startExperiment', outcome: 'refused', code: 'EXPERIMENT_OVERLAP_DETECTED', before: null, after: null },
      { action: 'startExperiment', outcome: 'failed', code: 'INTERNAL_ERROR' },
    ]);
  });

  test('told twice, it is written once', async () => {
    const event = await startedEvent();
    const write = makeWriteAudit({ log });
    expect([await write(event), await write(event), await write(REFUSED), await write(REFUSED)]).toEqual([
      'written',
      'known',
      'written',
      'known',
    ]);
    expect(log.entries).toHaveLength(2);
  });

  test('a refusal gets its time where it is told', async () => {
    const sent: RefusedWrite[] = [];
    const queue = {
      send: async (messages: readonly { readonly message: RefusedWrite }[]) => {
        sent.push(...messages.map(({ message }) => message));
      },
    };
    const { at: _, ...write } = REFUSED;
    await refusedWritesOn(queue, clock).tell(write);
    expect(sent).toEqual([REFUSED]);
  });
});

describe('routes', () => {
  const admin: Principal = {
    userId: 'u-1' as UserId,
    email: 'admin@phoenix.example',
    tenantId: ACME,
    roles: ['admin'],
    permissions: new Set(['audit:read']),
  };
  let router: Router;
  beforeEach(async () => {
    router = makeRouter({
      service: 'api-audit',
      problems: {},
      gatekeeper: { identify: async () => accept(admin), lowestRoleFor: () => 'admin' },
      cursors: makeCursors({ secret: async () => 'key', clock }),
      served: serveAudit({ log, sha256 }),
    });
    for (let index = 1; index <= 5; index += 1) {
      await log.append(auditDraft({ origin: `event:${index}`, action: index === 3 ? 'cluster.removed' : 'a.b' }));
    }
    await log.append(auditDraft({ tenant: 'other' as TenantId, action: 'secret.thing' }));
  });
  const ask = async (path: string, query: Record<string, string> = {}) => {
    const answer = await router(httpRequest('GET', `/api/v1${path}`, { claims: { sub: 'u-1' }, query }), testRun());
    return { status: answer.statusCode, body: JSON.parse(answer.body) };
  };

  test('list newest first, page by page, and nothing of another tenant', async () => {
    const first = await ask('/audit', { limit: '3' });
    expect(first.body.items.map(({ position }: { position: number }) => position)).toEqual([5, 4, 3]);
    const second = await ask('/audit', { limit: '3', next_token: first.body.metadata.next_token });
    expect(second.body.items.map(({ position }: { position: number }) => position)).toEqual([2, 1]);
    expect(second.body.metadata.next_token).toBeNull();
    expect(JSON.stringify([first, second])).not.toContain('secret.thing');
  });

  test('filter by action; an unknown outcome is refused by its field', async () => {
    expect((await ask('/audit', { action: 'cluster.removed' })).body.items).toMatchObject([{ position: 3 }]);
    const refused = await ask('/audit', { outcome: 'maybe' });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/outcome']);
  });

  test('one entry by its number, or that there is none', async () => {
    expect((await ask('/audit/3')).body).toMatchObject({ position: 3, action: 'cluster.removed' });
    expect(await ask('/audit/6')).toMatchObject({ status: 404, body: { message: 'the audit log has no entry 6' } });
  });

  test('verify in stretches, each going on where the one before ended', async () => {
    const first = await ask('/audit/verify', { limit: '3' });
    expect(first.body).toMatchObject({ state: 'intact', checked: 3, after: 3, complete: false, broken: null });
    const second = await ask('/audit/verify', { limit: '3', after: '3' });
    expect(second.body).toMatchObject({ state: 'intact', checked: 2, after: 5, complete: true });
  });

  test('verify names the altered entry, and the missing one', async () => {
    const third = log.entries.findIndex(({ position }) => position === 3);
    const [entry] = log.entries.splice(third, 1);
    expect((await ask('/audit/verify')).body).toMatchObject({
      state: 'broken',
      after: 2,
      broken: { position: 3, reason: 'missing' },
    });
    if (entry !== undefined) log.entries.push({ ...entry, actor: { kind: 'system', id: 'janitor' } });
    expect((await ask('/audit/verify')).body.broken).toMatchObject({ position: 3, reason: 'altered' });
    expect((await ask('/audit/verify', { after: '9' })).body.broken).toMatchObject({ position: 9, reason: 'missing' });
  });
});
