/** Why the collector cannot read an address; undefined if it can. It takes more than people expect: `localhost:4318` is a scheme. */
export const urlFault = (url: string): string | undefined => {
  if (/\p{Cc}/u.test(url)) return 'it has a control character';
  if (url.startsWith(':')) return 'it begins with a colon';
  const [, scheme, rest = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?([\s\S]*)$/.exec(url) ?? [];
  if (!rest.startsWith('/')) {
    if (scheme !== undefined) return undefined;
    return rest.split('/')[0]?.includes(':') === true ? 'it begins with an address but no http://' : escapeFault(rest);
  }
  if (!rest.startsWith('//') || (scheme === undefined && rest.startsWith('///'))) return escapeFault(rest);
  const [, authority = '', path = ''] = /^\/\/([^/?#]*)([\s\S]*)$/.exec(rest) ?? [];
  return hostFault(authority.slice(authority.lastIndexOf('@') + 1)) ?? escapeFault(path.split(/[?#]/)[0] ?? '');
};

/** As `urlFault`, for an address that is asked at once: a scheme and a host, or a path. */
export const requestFault = (url: string): string | undefined => {
  if (url === '') return 'it is empty';
  if (!/^([A-Za-z][A-Za-z0-9+.-]*:|\/)/.test(url)) return 'it has no http:// before it';
  return urlFault(url);
};

const escapeFault = (text: string): string | undefined =>
  /%(?![0-9a-fA-F]{2})/.test(text) ? 'it has a % that begins no escape' : undefined;

const hostFault = (host: string): string | undefined => {
  const port = /:([^:\]]*)$/.exec(host)?.[1];
  if (port !== undefined && !/^\d*$/.test(port)) return `its port is "${port}"`;
  if (host.startsWith('[') !== host.includes(']')) return 'a bracket of its host is missing';
  if (/[\s<>"\\^`{|}]/.test(host)) return 'its host has a character that no host has';
  return escapeFault(host);
};
