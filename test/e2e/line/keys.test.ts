import { expect, test } from 'vitest';
import { makeClient } from '../../../src/client/client.ts';
import { systemIds } from '../../../src/kernel/system.ts';
import { clientOf, eventually, line, tokenOf } from '../../support/line.ts';

const statusOf = async (path: string, headers: Readonly<Record<string, string>>): Promise<number> =>
  (await fetch(`${line().webUrl}/api/v1${path}`, { headers })).status;

test('a program comes in with a key of its own: what its scopes name, under its name, until it is revoked', async () => {
  const admin = await clientOf('admin');
  const { body: made } = await admin.createKey({
    body: { name: 'a program', scopes: ['experiment:read', 'cluster:manage'] },
  });
  const program = makeClient({
    baseUrl: line().webUrl,
    key: made.text,
    newIdempotencyKey: () => systemIds.ulid(),
  });
  expect((await program.getMe({})).body).toMatchObject({ email: 'a program', roles: [] });
  expect((await program.listExperiments({ query: {} })).status).toBe(200);
  await expect(program.listKeys({})).rejects.toMatchObject({ status: 403, code: 'FORBIDDEN' });

  const wrong = `${made.text.slice(0, -1)}${made.text.endsWith('0') ? '1' : '0'}`;
  expect(await statusOf('/experiments', { 'x-api-key': wrong })).toBe(403);

  await admin.revokeKey({ params: { keyId: made.key.id }, ifMatch: '*' });
  await eventually(
    'the revoked key to open nothing',
    75,
    () => statusOf('/experiments', { 'x-api-key': made.text }),
    (status) => status === 401 || status === 403,
  );
  const entries = await eventually(
    'the audit log to have heard of the key',
    60,
    async () => (await admin.listAudit({ query: { subject: made.key.id } })).body.items,
    (items) => items.length === 2,
  );
  expect(entries.map(({ action }) => action)).toEqual(['key.revoked', 'key.created']);
  expect(JSON.stringify(entries)).not.toContain(made.text.split('_')[2]);
});

test.each(['/experiments', '/clusters', '/pipelines', '/cost/price-books', '/audit', '/keys', '/events', '/auth/me'])(
  '%s is closed at the gateway to no token, a tampered one and an unsigned one',
  async (path) => {
    const token = await tokenOf('admin');
    const [head, payload, signature = ''] = token.split('.');
    const tampered = [head, payload, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`].join('.');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    for (const headers of [{}, { authorization: `Bearer ${tampered}` }, { authorization: `Bearer ${unsigned}` }]) {
      expect(await statusOf(path, headers)).toBe(401);
    }
    expect(await statusOf(path, { authorization: `Bearer ${token}` })).toBe(200);
  },
);
