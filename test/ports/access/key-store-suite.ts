import { expect, test } from 'vitest';
import type { KeyStore } from '../../../src/access/application/ports.ts';
import { keyEvent } from '../../../src/access/contract/key-events.ts';
import { revoked, type ServiceKey } from '../../../src/access/domain/service-key.ts';
import { KeyId, TenantId } from '../../../src/kernel/identity.ts';
import { minutesAfter } from '../../../src/kernel/instant.ts';
import { T0 } from '../../support/platform.ts';

const SYSTEM = { kind: 'system', id: 'janitor' } as const;

const key = (tenant: string, id: string, more: Partial<ServiceKey> = {}): ServiceKey => ({
  id: KeyId.parse(`key-${id.padEnd(12, '0')}`),
  tenantId: TenantId.parse(tenant),
  name: id,
  scopes: ['experiment:read'],
  secrets: [{ hash: 'ab'.repeat(32), until: minutesAfter(T0, 90) }],
  expiresAt: minutesAfter(T0, 90),
  revokedAt: null,
  lastUsedAt: null,
  version: 1,
  createdAt: T0,
  createdBy: SYSTEM,
  updatedAt: T0,
  ...more,
});

/** What every store of service keys promises. */
export const keyStoreSuite = (setUp: () => KeyStore): void => {
  test('keys are found by id alone and listed by tenant, newest first', async () => {
    const store = setUp();
    const [old, young, foreign] = [
      key('keysacme', 'old1'),
      key('keysacme', 'young1', { createdAt: minutesAfter(T0, 1) }),
      key('keysother', 'foreign1'),
    ];
    for (const each of [old, young, foreign]) {
      expect(await store.commit(each, 0, [keyEvent('key.created', each)], SYSTEM)).toMatchObject({ accepted: true });
    }
    expect(await store.find(foreign.id)).toEqual(foreign);
    expect(await store.find(KeyId.parse('key-nobody000000'))).toBeNull();
    expect(await store.list(old.tenantId)).toEqual([young, old]);
  });

  test('a change is stored under the version that it was meant for; being used is no change', async () => {
    const store = setUp();
    const first = key('keysacme', 'changed1');
    await store.commit(first, 0, [keyEvent('key.created', first)], SYSTEM);
    await store.markUsed(first.id, minutesAfter(T0, 5));
    const used = { ...first, lastUsedAt: minutesAfter(T0, 5) };
    expect(await store.find(first.id)).toEqual(used);
    const ended = revoked(used, minutesAfter(T0, 6));
    expect(await store.commit(ended, 1, [keyEvent('key.revoked', ended)], SYSTEM)).toMatchObject({ accepted: true });
    expect(await store.find(first.id)).toEqual(ended);
    for (const stale of [0, 1]) {
      expect(await store.commit(ended, stale, [], SYSTEM)).toMatchObject({
        refusal: { code: 'precondition-failed', facts: { version: 2 } },
      });
    }
  });
};
