import { beforeEach, describe, expect, test } from 'vitest';
import { hmacHash } from '../../../src/access/adapters/keyed-hash.ts';
import { memoryKeyStore } from '../../../src/access/adapters/memory-keys.ts';
import { memoryMemberStore } from '../../../src/access/adapters/memory-members.ts';
import { makeRevokeKey, makeRotateKey } from '../../../src/access/application/change-key.ts';
import { makeCheckKey } from '../../../src/access/application/check-key.ts';
import { type MadeKey, makeCreateKey } from '../../../src/access/application/create-key.ts';
import { MEMBERSHIPS_KEPT_SECONDS, makeGatekeeper } from '../../../src/access/application/identify.ts';
import type { KeyStore } from '../../../src/access/application/ports.ts';
import { permissionsOf } from '../../../src/access/domain/permissions.ts';
import { KEY_SCOPES, keyText, MOST_KEYS, readKeyText } from '../../../src/access/domain/service-key.ts';
import { KeyId, type Principal, TenantId, UserId } from '../../../src/kernel/identity.ts';
import { secondsAfter } from '../../../src/kernel/instant.ts';
import type { Outcome } from '../../../src/kernel/outcome.ts';
import { systemIds, systemSecret } from '../../../src/kernel/system.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { httpRequest, T0, testClock, testRun } from '../../support/platform.ts';
import { makeWholeApi } from '../../support/whole-api.ts';

const ADMIN: Principal = {
  userId: UserId.parse('anna'),
  email: 'anna@phoenix.example',
  tenantId: TenantId.parse('acme'),
  roles: ['admin'],
  permissions: permissionsOf('admin'),
};
const DAY = 86_400;

const setUp = () => {
  const clock = testClock();
  const chance = { clock, ids: systemIds };
  const keys = memoryKeyStore(chance);
  const keyedHash = hmacHash({ pepper: async () => 'a pepper of this test' });
  const ports = { ...chance, keys, keyedHash, freshSecret: systemSecret, sha256 };
  return {
    clock,
    keys,
    ports,
    create: makeCreateKey(ports),
    rotate: makeRotateKey(ports),
    revoke: makeRevokeKey(ports),
    check: makeCheckKey(ports),
    gatekeeper: makeGatekeeper({ members: memoryMemberStore(chance), keys, clock }),
  };
};
let world: ReturnType<typeof setUp>;
beforeEach(() => {
  world = setUp();
});

const made = <T>(outcome: Outcome<T>): T => {
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  return outcome.value;
};
const create = async (more: object = {}): Promise<MadeKey> =>
  made(await world.create(ADMIN, { name: 'nightly', scopes: ['experiment:read'], expiresInDays: 90, ...more }));
const identify = (id: string, tenant?: string) =>
  world.gatekeeper.identify({ token_use: 'service_key', sub: id }, tenant);

describe('the text of a key', () => {
  const id = KeyId.parse('key-0123456789ab');
  const secret = 'A'.repeat(43);

  test('says who it is, and is read back', () => {
    const text = keyText(id, secret, sha256);
    expect(text).toMatch(/^phx_0123456789ab_A{43}_[0-9a-f]{8}$/);
    expect(readKeyText(text, sha256)).toEqual({ id, secret });
  });

  test('with one letter wrong, cut short or grown it is told without asking anybody', () => {
    const text = keyText(id, secret, sha256);
    const wrong = [...text].map((letter, at) => text.slice(0, at) + (letter === 'b' ? 'c' : 'b') + text.slice(at + 1));
    for (const given of [...wrong, text.slice(0, -1), `${text}0`, ` ${text}`, '', 'phx_', `${text}\n`]) {
      expect(readKeyText(given, sha256)).toBeNull();
    }
  });

  test('has 256 bits of chance: 43 letters of 64, all of which occur', () => {
    const drawn = Array.from({ length: 100 }, systemSecret);
    expect(new Set(drawn).size).toBe(100);
    expect(drawn.every((each) => /^[\w-]{43}$/.test(each))).toBe(true);
    expect(new Set(drawn.join('')).size).toBe(64);
  });
});

describe('a service key', () => {
  test('opens what its scopes name, in its tenant, under its own name', async () => {
    const { key, text } = await create({ scopes: ['experiment:read', 'experiment:create', 'experiment:read'] });
    expect(await world.check(text)).toBe(key.id);
    expect(made(await identify(key.id))).toMatchObject({
      tenantId: 'acme',
      roles: [],
      permissions: new Set(['experiment:read', 'experiment:create']),
      key: { id: key.id, name: 'nightly' },
    });
    expect(await identify(key.id, 'acme')).toMatchObject({ accepted: true });
    expect(await identify(key.id, 'other')).toMatchObject({ refusal: { code: 'forbidden' } });
  });

  test('may be given everything but making keys and members', () => {
    expect([...permissionsOf('admin')].filter((each) => !KEY_SCOPES.includes(each)).toSorted()).toEqual([
      'key:manage',
      'tenant:manage',
    ]);
  });

  test('is kept as a hash under a key of ours, and said without it', async () => {
    const { key, text } = await create();
    const secret = readKeyText(text, sha256)?.secret ?? '';
    const stored = JSON.stringify([await world.keys.find(key.id), world.keys.events]);
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain(sha256(secret));
    const elsewhere = makeCheckKey({ ...world.ports, keyedHash: hmacHash({ pepper: async () => 'another' }) });
    expect(await elsewhere(text)).toBeNull();
  });

  test('with another secret, of nobody, or unreadable opens nothing', async () => {
    const { key } = await create();
    expect(await world.check(keyText(key.id, systemSecret(), sha256))).toBeNull();
    expect(await world.check(keyText(KeyId.parse('key-nobody000000'), systemSecret(), sha256))).toBeNull();
    expect(await world.check('no key')).toBeNull();
    for (const sub of ['key-nobody000000', 'anna', undefined]) {
      expect(await identify(String(sub))).toMatchObject({ refusal: { code: 'unauthorized' } });
    }
  });

  test('ends by itself: open a second before, closed at the moment', async () => {
    const { key, text } = await create({ expiresInDays: 1 });
    world.clock.advance(DAY - 1);
    expect(await world.check(text)).toBe(key.id);
    expect(await identify(key.id)).toMatchObject({ accepted: true });
    world.clock.advance(1);
    expect(await world.check(text)).toBeNull();
    expect(await identify(key.id)).toMatchObject({ refusal: { code: 'unauthorized' } });
  });

  test('that is revoked opens nothing: at the door at once, behind it within ten seconds', async () => {
    const { key, text } = await create();
    expect(await identify(key.id)).toMatchObject({ accepted: true });
    made(await world.revoke(ADMIN, { keyId: key.id, version: '*' }));
    expect(await world.check(text)).toBeNull();
    world.clock.advance(MEMBERSHIPS_KEPT_SECONDS);
    expect(await identify(key.id)).toMatchObject({ refusal: { code: 'unauthorized' } });
    expect(await world.revoke(ADMIN, { keyId: key.id, version: '*' })).toMatchObject({ accepted: true });
    expect(world.keys.events.map(({ type }) => type)).toEqual(['key.created', 'key.revoked']);
  });

  test('tells when it was used last, by the hour', async () => {
    const { key, text } = await create();
    const usedAt = async () => (await world.keys.find(key.id))?.lastUsedAt;
    await world.check(text);
    expect(await usedAt()).toBe(T0);
    world.clock.advance(3599);
    await world.check(text);
    expect(await usedAt()).toBe(T0);
    world.clock.advance(1);
    await world.check(text);
    expect(await usedAt()).toBe(secondsAfter(T0, 3600));
  });

  test('opens also when its use cannot be written down, and nothing when keys cannot be read', async () => {
    const { key, text } = await create();
    const down = async (): Promise<never> => {
      throw new Error('down');
    };
    const unwritable: KeyStore = { ...world.keys, markUsed: down };
    expect(await makeCheckKey({ ...world.ports, keys: unwritable })(text)).toBe(key.id);
    const unreadable: KeyStore = { ...world.keys, find: down };
    await expect(makeCheckKey({ ...world.ports, keys: unreadable })(text)).rejects.toThrow('down');
  });
});

describe('rotation', () => {
  test('gives a fresh secret, and the former one stays good for the overlap', async () => {
    const first = await create();
    const next = made(await world.rotate(ADMIN, { keyId: first.key.id, version: 1, overlapSeconds: 3600 }));
    expect(next.text).not.toBe(first.text);
    world.clock.advance(3599);
    expect([await world.check(first.text), await world.check(next.text)]).toEqual([first.key.id, first.key.id]);
    world.clock.advance(1);
    expect([await world.check(first.text), await world.check(next.text)]).toEqual([null, first.key.id]);
  });

  test('without overlap ends the former secret at once; twice in a row leaves two', async () => {
    const first = await create();
    const asked = { keyId: first.key.id, overlapSeconds: DAY };
    const second = made(await world.rotate(ADMIN, { ...asked, version: 1 }));
    const third = made(await world.rotate(ADMIN, { ...asked, version: 2 }));
    const opens = async (...keys: readonly MadeKey[]) =>
      Promise.all(keys.map(async ({ text }) => (await world.check(text)) !== null));
    expect(await opens(first, second, third)).toEqual([false, true, true]);
    const fourth = made(await world.rotate(ADMIN, { ...asked, overlapSeconds: 0, version: 3 }));
    expect(await opens(second, third, fourth)).toEqual([false, false, true]);
  });

  test('never makes a secret outlive its key, and is for keys that are active', async () => {
    const { key, text } = await create({ expiresInDays: 1 });
    world.clock.advance(DAY - 60);
    const next = made(await world.rotate(ADMIN, { keyId: key.id, version: 1, overlapSeconds: 7 * DAY }));
    world.clock.advance(60);
    expect([await world.check(text), await world.check(next.text)]).toEqual([null, null]);
    expect(await world.rotate(ADMIN, { keyId: key.id, version: 2, overlapSeconds: 0 })).toMatchObject({
      refusal: { code: 'state-conflict', facts: { state: 'expired' } },
    });
  });

  test('is refused on a stale picture', async () => {
    const { key } = await create();
    expect(await world.rotate(ADMIN, { keyId: key.id, version: 9, overlapSeconds: 0 })).toMatchObject({
      refusal: { code: 'precondition-failed', facts: { version: 1 } },
    });
  });
});

test('a tenant has at most a hundred active keys; one that is revoked makes room', async () => {
  const first = await create();
  for (let count = 1; count < MOST_KEYS; count += 1) await create();
  const oneMore = { name: 'one more', scopes: ['experiment:read'], expiresInDays: 1 } as const;
  expect(await world.create(ADMIN, oneMore)).toMatchObject({
    refusal: { code: 'key-quota-exceeded', facts: { keys: MOST_KEYS } },
  });
  await world.revoke(ADMIN, { keyId: first.key.id, version: '*' });
  expect(await world.create(ADMIN, oneMore)).toMatchObject({ accepted: true });
});

test('another tenant sees no key of this one', async () => {
  const { key } = await create();
  const outsider: Principal = { ...ADMIN, tenantId: TenantId.parse('other') };
  expect(await world.keys.list(outsider.tenantId)).toEqual([]);
  expect(await world.revoke(outsider, { keyId: key.id, version: '*' })).toMatchObject({
    refusal: { code: 'resource-not-found' },
  });
});

describe('over the API', () => {
  const claims = { sub: 'anna', token_use: 'access', auth_time: String(Date.parse(T0) / 1000) };
  const setUpApi = async () => {
    const api = makeWholeApi();
    await api.enrol('acme', 'anna', { roles: ['admin'] });
    const ask = async (method: string, path: string, more: object = {}) => {
      const answer = await api.router(httpRequest(method, `/api/v1${path}`, { claims, ...more }), testRun());
      return { ...answer, body: answer.body === '' ? null : JSON.parse(answer.body) };
    };
    return { api, ask };
  };
  const creation = {
    headers: { 'idempotency-key': 'create-00001' },
    body: { name: 'nightly', scopes: ['experiment:read', 'cluster:read'] },
  };

  test('the text is shown once: a repeated request is told so, and no read has it', async () => {
    const { ask } = await setUpApi();
    const first = await ask('POST', '/keys', creation);
    expect([first.statusCode, first.body.key.state, first.body.key.version]).toEqual([201, 'active', 1]);
    const secret = readKeyText(first.body.text, sha256)?.secret ?? '';
    expect(secret).toHaveLength(43);
    const repeated = await ask('POST', '/keys', creation);
    expect([repeated.statusCode, repeated.body.code]).toEqual([409, 'SHOWN_ONCE']);
    const list = await ask('GET', '/keys');
    expect(list.body.items).toEqual([first.body.key]);
    expect(JSON.stringify([repeated, list])).not.toContain(secret);
  });

  test('a key opens the routes of its scopes and no other, and writes under its own name', async () => {
    const { api, ask } = await setUpApi();
    const { body } = await ask('POST', '/keys', creation);
    const byKey = (method: string, path: string, more: object = {}) =>
      ask(method, path, { claims: { token_use: 'service_key', sub: body.key.id }, ...more });
    expect((await byKey('GET', '/experiments')).statusCode).toBe(200);
    expect((await byKey('GET', '/auth/me')).body).toMatchObject({ tenant_id: 'acme', roles: [] });
    expect((await byKey('GET', '/keys')).body).toMatchObject({ code: 'FORBIDDEN' });
    await byKey('DELETE', '/experiments/exp-000000000000', { headers: { 'if-match': '"1"' } });
    expect(api.refusals.told.at(-1)?.actor).toEqual({ kind: 'key', id: body.key.id, name: 'nightly' });
  });
});
