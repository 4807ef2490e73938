import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';

/** How far an address of a user may lead us: public https addresses, and what the stage lists by `host:port`. */
export interface AddressGuard {
  /** Refuses an address before anything is sent there. `isListed`: the stage vouches for it, wherever it leads. */
  check(url: URL): Outcome<{ readonly isListed: boolean }, Refusal<'address-not-allowed'>>;
}

/** `listed` is the stage's setting of that name: `host:port` entries separated by commas or blanks. */
export const makeAddressGuard = (listed: string, setting: string): AddressGuard => {
  const entries = new Set(listed.split(/[\s,]+/).filter((entry) => entry !== ''));
  return {
    check: (url) => {
      const address = `${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port}`;
      const refused = (why: string) =>
        refuse('address-not-allowed', `${url.protocol}//${address} ${why}`, { address, listed: [...entries] });
      if (url.username !== '' || url.password !== '') return refused('carries a user name or password; leave it out');
      if (url.protocol !== 'https:' && url.protocol !== 'http:') return refused('is not a web address');
      if (entries.has(address)) return accept({ isListed: true });
      if (url.protocol === 'http:') {
        return refused(`is not encrypted; use https, or let the stage list it in ${setting}`);
      }
      if (leadsInside(url.hostname)) {
        return refused(`leads to a private network; only what the stage lists in ${setting} may`);
      }
      return accept({ isListed: false });
    },
  };
};

/** Thrown while connecting, when a public name turns out to lead inside. */
export class LeadsInside extends Error {
  override readonly name = 'LeadsInside';
  constructor(host: string, address: string) {
    super(`${host} leads to ${address}, which is in a private network`);
  }
}

/** Resolves names for a connection and refuses those that lead inside: what was checked is what is connected to. */
export const publicLookup: LookupFunction = (host, options, callback) => {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    const inside = addresses.find(({ address }) => !isPublicAddress(address));
    const [first] = addresses;
    if (inside !== undefined || first === undefined) return callback(new LeadsInside(host, inside?.address ?? ''), []);
    return options.all === true
      ? callback(null, addresses as LookupAddress[])
      : callback(null, first.address, first.family);
  });
};

export const isPublicAddress = (address: string): boolean => {
  const family = isIP(address);
  if (family === 4) return !RESERVED.check(address, 'ipv4');
  return family === 6 && GLOBAL_UNICAST.check(address, 'ipv6') && !RESERVED.check(address, 'ipv6');
};

const leadsInside = (hostname: string): boolean => {
  const host = hostname.replace(/^\[|\]$|\.$/g, '');
  if (isIP(host) !== 0) return !isPublicAddress(host);
  return !host.includes('.') || /(^|\.)(localhost|local|internal|cluster\.local)$/.test(host);
};

// IANA special-purpose registries; of IPv6 only global unicast is public at all
const RESERVED = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  RESERVED.addSubnet(network, prefix, 'ipv4');
}
// documentation, and two ways to hide an IPv4 address: Teredo and 6to4
for (const [network, prefix] of [
  ['2001:db8::', 32],
  ['2001::', 32],
  ['2002::', 16],
] as const) {
  RESERVED.addSubnet(network, prefix, 'ipv6');
}
const GLOBAL_UNICAST = new BlockList();
GLOBAL_UNICAST.addSubnet('2000::', 3, 'ipv6');
