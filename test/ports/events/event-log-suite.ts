import { expect, test } from 'vitest';
import type { EventLog } from '../../../src/events/application/ports.ts';
import { BEGINNING, lastPositionAt } from '../../../src/events/domain/position.ts';
import type { Epoch, TenantId } from '../../../src/kernel/identity.ts';
import { secondsAfter } from '../../../src/kernel/instant.ts';
import { systemIds } from '../../../src/kernel/system.ts';
import type { EventEnvelope } from '../../../src/platform/declare/event.ts';
import { envelopesOf } from '../../../src/platform/dynamodb/outbox.ts';
import { testClock } from '../../support/platform.ts';

/** What every event log promises. `write` puts an event where its store would. */
export const eventLogSuite = (
  setUp: () => { readonly log: EventLog; readonly write: (envelope: EventEnvelope) => Promise<void> },
): void => {
  const clock = testClock();
  const draft = { type: 'experiment.started', schemaVersion: 1, severity: 'info' as const, data: {} };
  const eventOf = (tenant: TenantId, subject: string): EventEnvelope => {
    const [envelope] = envelopesOf(
      {
        tenant,
        source: 'experiments',
        subject,
        epoch: 1 as Epoch,
        actor: { kind: 'system', id: 'workflow' },
        lastSeq: 0,
      },
      [draft],
      { clock, ids: systemIds },
    );
    if (envelope === undefined) throw new Error('one draft gives one event');
    return envelope;
  };
  const FUTURE = lastPositionAt(secondsAfter(clock.now(), 10 * 365 * 86_400));

  test('gives a tenant its events after a position, in the order of their ids', async () => {
    const { log, write } = setUp();
    const tenant = 'log-a' as TenantId;
    const events = Array.from({ length: 25 }, (_, index) => eventOf(tenant, `exp-${String(index).padStart(12, '0')}`));
    await Promise.all([...events, eventOf('log-b' as TenantId, 'exp-bbbbbbbbbbbb')].map(write));
    const ids = events.map(({ id }) => id).toSorted();
    const readIds = async (after: typeof BEGINNING, limit: number, until = FUTURE) =>
      (await log.read(tenant, { after, until, limit })).map(({ id }) => id);
    expect(await readIds(BEGINNING, 100)).toEqual(ids);
    expect(await readIds(BEGINNING, 10)).toEqual(ids.slice(0, 10));
    expect(await readIds(ids[9] ?? BEGINNING, 10)).toEqual(ids.slice(10, 20));
    expect(await readIds(ids[24] ?? BEGINNING, 10)).toEqual([]);
    expect(await readIds(BEGINNING, 100, ids[4])).toEqual(ids.slice(0, 5));
    expect(await log.newestUntil(tenant, FUTURE)).toBe(ids[24]);
    expect(await log.newestUntil(tenant, ids[4] ?? BEGINNING)).toBe(ids[4]);
    expect(await log.newestUntil('log-c' as TenantId, FUTURE)).toBeNull();
  });

  test('a reader that follows 50 writers at once misses nothing', async () => {
    const { log, write } = setUp();
    const tenant = 'log-d' as TenantId;
    const events = Array.from({ length: 50 }, (_, index) => eventOf(tenant, `exp-${String(index).padStart(12, '0')}`));
    await Promise.all(events.map(write));
    const read: string[] = [];
    let after = BEGINNING;
    for (;;) {
      const batch = await log.read(tenant, { after, until: FUTURE, limit: 7 });
      read.push(...batch.map(({ id }) => id));
      after = batch.at(-1)?.id ?? after;
      if (batch.length === 0) break;
    }
    expect(read).toEqual(events.map(({ id }) => id).toSorted());
  });
};
