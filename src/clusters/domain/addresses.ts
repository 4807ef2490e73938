import type { TenantId } from '../../kernel/identity.ts';

// Which addresses our workers may call. Whoever can register a cluster must not be able to point us at our own network.

/** The stage's setting: `host:port` entries, as a JSON array or separated by commas. */
export const parseListed = (setting: string): ReadonlySet<string> =>
  new Set((setting.toLowerCase().match(/[^\s,"[\]]+/g) ?? []).filter((entry) => entry.includes(':')));

const hostAndPort = (url: URL): string => `${url.hostname}:${url.port || (url.protocol === 'http:' ? '80' : '443')}`;

/** The API server of a cluster of kind direct: https, listed, nothing but host and port. */
export const mayConnect = (endpoint: string, listed: ReadonlySet<string>): boolean => {
  const url = URL.parse(endpoint);
  return (
    url !== null &&
    url.protocol === 'https:' &&
    url.username === '' &&
    url.pathname === '/' &&
    url.search === '' &&
    listed.has(hostAndPort(url))
  );
};

/** A Prometheus by address: listed, or https to a name of the public internet. */
export const mayRead = (address: string, listed: ReadonlySet<string>): boolean => {
  const url = URL.parse(address);
  if (url === null || url.username !== '') return false;
  return listed.has(hostAndPort(url)) || (url.protocol === 'https:' && isPublicName(url.hostname));
};

// an address instead of a name is never public for us: lists of private ranges are never complete
const isPublicName = (hostname: string): boolean =>
  hostname.includes('.') &&
  !hostname.startsWith('[') &&
  !/^[\d.]+$/.test(hostname) &&
  !/(^|\.)(localhost|local|internal|intranet|lan|home|corp|arpa|cluster)\.?$/.test(hostname);

/** Where the token of a cluster of kind direct is kept: below the tenant's own prefix, whatever name is given. */
export const tokenSecretName = (namePrefix: string, tenantId: TenantId, tokenSecret: string): string =>
  `${namePrefix}${tenantId}/${tokenSecret}`;
