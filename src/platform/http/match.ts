import type { ServedRoute } from './implement.ts';

export const BASE_PATH = '/api/v1';

export type Match =
  | { readonly found: 'route'; readonly served: ServedRoute; readonly params: Readonly<Record<string, string>> }
  | { readonly found: 'path'; readonly methods: readonly string[] }
  | { readonly found: 'nothing' };

/** Finds the route of a method and path; literal segments win over parameters. Compiled once. */
export const makeMatcher = (served: readonly ServedRoute[]): ((method: string, path: string) => Match) => {
  const compiled = served
    .map((each) => ({ served: each, segments: each.route.path.split('/').slice(1) }))
    .toSorted((a, b) => parameterCount(a.segments) - parameterCount(b.segments));
  return (method, path) => {
    const isBelowBase = path === BASE_PATH || path.startsWith(`${BASE_PATH}/`);
    const segments = segmentsOf(isBelowBase ? path.slice(BASE_PATH.length) : path);
    if (segments === null) return { found: 'nothing' };
    const fitting = compiled
      .filter((each) => isBelowBase || each.served.route.root === true)
      .flatMap((each) => {
        const params = paramsOf(each.segments, segments);
        return params === null ? [] : [{ ...each, params }];
      });
    const exact = fitting.find((each) => each.served.route.method === method);
    if (exact !== undefined) return { found: 'route', served: exact.served, params: exact.params };
    // an address that is named by itself has its own methods, not those of what it might be the id of
    const [nearest] = fitting;
    const methods = fitting
      .filter((each) => each.segments.join('/') === nearest?.segments.join('/'))
      .map((each) => each.served.route.method);
    return methods.length > 0 ? { found: 'path', methods } : { found: 'nothing' };
  };
};

const parameterCount = (segments: readonly string[]): number =>
  segments.filter((segment) => segment.startsWith('{')).length;

/** Decoded segments; null when the encoding is broken, because such an address names nothing. */
const segmentsOf = (path: string): readonly string[] | null => {
  const withoutTrailingSlash = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  try {
    return withoutTrailingSlash.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return null;
  }
};

const paramsOf = (
  template: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | null => {
  if (template.length !== segments.length) return null;
  const params: [string, string][] = [];
  for (const [index, part] of template.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith('{')) params.push([part.slice(1, -1), segment]);
    else if (part !== segment) return null;
  }
  return Object.fromEntries(params);
};
