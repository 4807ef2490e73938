import { expect, test } from 'vitest';
import { mayConnect, parseListed, tokenSecretName } from '../../../src/clusters/domain/addresses.ts';
import { TenantId } from '../../../src/kernel/identity.ts';

test.each([
  ['127.0.0.1:6443,cluster.lab:443', ['127.0.0.1:6443', 'cluster.lab:443']],
  ['["127.0.0.1:6443","Cluster.Lab:443"]', ['127.0.0.1:6443', 'cluster.lab:443']],
  [' 127.0.0.1:6443 , ', ['127.0.0.1:6443']],
  ['[]', []],
  ['none', []],
  ['', []],
])('the list %j names %j', (setting, entries) => {
  expect([...parseListed(setting)]).toEqual(entries);
});

test('the port of https need not be written', () => {
  expect(mayConnect('https://cluster.lab', parseListed('cluster.lab:443'))).toBe(true);
});

test('an empty list allows nobody', () => {
  expect(mayConnect('https://127.0.0.1:6443', parseListed('[]'))).toBe(false);
});

test('the secret of a tenant is below its own prefix, whatever name it gives', () => {
  const name = tokenSecretName('phoenix/dev/cluster-secrets/', TenantId.parse('acme'), '../globex/lab');
  expect(name).toBe('phoenix/dev/cluster-secrets/acme/../globex/lab');
});
