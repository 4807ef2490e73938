import { expect, test } from 'vitest';
import type { AuditLog } from '../../../src/audit/application/ports.ts';
import { BEFORE_THE_FIRST, checkChain } from '../../../src/audit/domain/chain.ts';
import type { TenantId, UserId } from '../../../src/kernel/identity.ts';
import { secondsAfter } from '../../../src/kernel/instant.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { auditDraft } from '../../support/audit.ts';
import { T0 } from '../../support/platform.ts';

/** What every audit log promises. */
export const auditLogSuite = (setUp: () => AuditLog): void => {
  const positions = (items: readonly { readonly position: number }[]) => items.map(({ position }) => position);

  test('50 writers at once make one gapless chain', async () => {
    const log = setUp();
    const tenant = 'audit-many' as TenantId;
    const fates = await Promise.all(
      Array.from({ length: 50 }, (_, index) => log.append(auditDraft({ tenant, origin: `event:${index}` }))),
    );
    expect(new Set(fates)).toEqual(new Set(['written']));
    const entries = await log.following(tenant, 0, 100);
    expect(positions(entries)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(checkChain(entries, BEFORE_THE_FIRST, sha256)).toMatchObject({ count: 50, broken: null });
  });

  test('one origin is written once, however often and from however many it is told', async () => {
    const log = setUp();
    const tenant = 'audit-twice' as TenantId;
    const fates = await Promise.all(Array.from({ length: 8 }, () => log.append(auditDraft({ tenant }))));
    expect(fates.filter((fate) => fate === 'written')).toHaveLength(1);
    expect(await log.append(auditDraft({ tenant }))).toBe('known');
    expect(positions(await log.following(tenant, 0, 100))).toEqual([1]);
  });

  test('lists newest first, by page and by filter, and one tenant alone', async () => {
    const log = setUp();
    const tenant = 'audit-list' as TenantId;
    for (let index = 1; index <= 6; index += 1) {
      await log.append(
        auditDraft({
          tenant,
          origin: `event:${index}`,
          at: secondsAfter(T0, index * 60),
          actor: { kind: 'user', id: (index % 2 === 0 ? 'u-even' : 'u-odd') as UserId, email: 'a@b.c' },
          action: index === 4 ? 'startExperiment' : 'experiment.started',
          outcome: index === 4 ? 'refused' : 'done',
          // what a stranger put into an address may hold anything
          subject: index <= 2 ? 'exp-#1/ü' : index === 3 ? '' : 'exp-2',
        }),
      );
    }
    await log.append(auditDraft({ tenant: 'audit-other' as TenantId }));
    const listed = async (filter: Parameters<AuditLog['list']>[1]) =>
      positions((await log.list(tenant, filter, { limit: 100 })).items);
    expect(await listed({})).toEqual([6, 5, 4, 3, 2, 1]);
    expect(await listed({ actor: 'u-even' })).toEqual([6, 4, 2]);
    expect(await listed({ action: 'startExperiment' })).toEqual([4]);
    expect(await listed({ outcome: 'refused' })).toEqual([4]);
    expect(await listed({ subject: 'exp-#1/ü' })).toEqual([2, 1]);
    expect(await listed({ subject: 'exp-2', actor: 'u-even' })).toEqual([6, 4]);
    expect(await listed({ since: secondsAfter(T0, 120), until: secondsAfter(T0, 240) })).toEqual([4, 3, 2]);

    const first = await log.list(tenant, {}, { limit: 4 });
    expect([positions(first.items), first.nextKey === null]).toEqual([[6, 5, 4, 3], false]);
    const second = await log.list(tenant, {}, { limit: 4, afterKey: first.nextKey ?? '' });
    expect([positions(second.items), second.nextKey]).toEqual([[2, 1], null]);
  });

  test('follows from an entry on, and gives one by its position', async () => {
    const log = setUp();
    const tenant = 'audit-follow' as TenantId;
    for (let index = 1; index <= 5; index += 1) await log.append(auditDraft({ tenant, origin: `event:${index}` }));
    expect(positions(await log.following(tenant, 2, 2))).toEqual([3, 4]);
    expect(await log.following(tenant, 5, 2)).toEqual([]);
    expect(await log.get(tenant, 3)).toMatchObject({ position: 3, origin: 'event:3' });
    expect(await log.get(tenant, 6)).toBeNull();
  });
};
