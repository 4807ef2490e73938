import { describe, expect, test } from 'vitest';
import {
  isPublicAddress,
  LeadsInside,
  makeAddressGuard,
  publicLookup,
} from '../../../src/platform/http/address-guard.ts';

const guard = makeAddressGuard('127.0.0.1:9090, prometheus.monitoring:80 [::1]:9090', 'allowedMetricSources');
const check = (url: string) => {
  const outcome = guard.check(new URL(url));
  return outcome.accepted ? outcome.value : outcome.refusal.message;
};

describe('which addresses are allowed', () => {
  test.each(['https://prometheus.example.com', 'https://prometheus.example.com:8443/prefix', 'https://93.184.216.34'])(
    '%s, because it is public and encrypted',
    (url) => {
      expect(check(url)).toEqual({ isListed: false });
    },
  );

  test.each(['http://127.0.0.1:9090', 'http://0x7f.1:9090', 'http://[::1]:9090', 'http://prometheus.monitoring/x'])(
    '%s, because the stage lists it',
    (url) => {
      expect(check(url)).toEqual({ isListed: true });
    },
  );

  test.each([
    'http://prometheus.example.com',
    'http://127.0.0.1:9091',
    'http://127.0.0.2:9090',
    'http://169.254.169.254',
  ])('not %s, which is not encrypted', (url) => {
    expect(check(url)).toContain('is not encrypted; use https, or let the stage list it in allowedMetricSources');
  });

  test.each([
    'https://127.0.0.1:9091',
    'https://10.1.2.3',
    'https://192.168.0.1',
    'https://172.31.255.255',
    'https://100.64.0.1',
    'https://169.254.169.254/latest/meta-data',
    'https://2130706433',
    'https://0177.0.0.1',
    'https://0x7f000001',
    'https://0x7f.0x0.0x0.0x1',
    'https://017700000001',
    'https://127.1',
    'https://127.0.1',
    'https://0',
    'https://0.0.0.0:443',
    'https://127.0.0.1.',
    'https://%31%32%37.0.0.1',
    'https://１２７.0.0.1',
    'https://①②⑦.⓪.⓪.①',
    'https://127。0。0。1',
    'https://2852039166/latest/meta-data',
    'https://0xa9fea9fe',
    'https://0251.0376.0251.0376',
    'https://169.254.43518',
    'https://[::ffff:169.254.169.254]',
    'https://[::ffff:a9fe:a9fe]',
    'https://[0:0:0:0:0:ffff:7f00:1]',
    'https://[::127.0.0.1]',
    'https://[::]',
    'https://[fec0::1]',
    'https://[ff02::1]',
    'https://[2001:0:4136:e378::1]',
    'https://[fd00:ec2::254]',
    'https://localhost.',
    'https://LOCALHOST',
    'https://ⓛocalhost',
    'https://prometheus.',
    'https://metadata.google.internal.',
    'https://[::1]',
    'https://[::ffff:10.0.0.1]',
    'https://[fd00::1]',
    'https://[fe80::1]',
    'https://[2002:0a00:0001::1]',
    'https://[64:ff9b::a00:1]',
    'https://localhost',
    'https://api.localhost',
    'https://kubernetes.default.svc.cluster.local',
    'https://prometheus',
    'https://metadata.google.internal',
  ])('not %s, which leads inside', (url) => {
    expect(check(url)).toContain('leads to a private network');
  });

  test('not one with a password in it, and the password is not repeated', () => {
    const message = check('https://user:geheim@prometheus.example.com');
    expect(message).toContain('carries a user name or password');
    expect(message).not.toContain('geheim');
  });

  test('not another protocol', () => {
    expect(check('ftp://prometheus.example.com')).toContain('is not a web address');
  });

  test('nothing inside when the stage lists nothing', () => {
    expect(makeAddressGuard('', 'allowedMetricSources').check(new URL('http://127.0.0.1:9090')).accepted).toBe(false);
  });
});

describe('names are resolved to public addresses only', () => {
  test('a name that leads inside is refused while connecting', async () => {
    const error = await new Promise((resolve) => {
      publicLookup('localhost', { all: true }, (found) => resolve(found));
    });
    expect(error).toBeInstanceOf(LeadsInside);
  });

  test.each([
    ['8.8.8.8', true],
    ['172.15.255.255', true],
    ['172.16.0.0', false],
    ['172.31.255.255', false],
    ['172.32.0.0', true],
    ['223.255.255.255', true],
    ['224.0.0.1', false],
    ['2606:4700::1111', true],
    ['2001:db8::1', false],
    ['::ffff:8.8.8.8', false],
    ['not an address', false],
  ])('%s is public: %s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected);
  });
});
