import type { RouteDefinition } from '../platform/declare/route.ts';

export { fromWire, parseWire, snakeCase, toWire } from '../platform/wire.ts';

/** The schema of what a route answers, by its name. */
export const responseOf = <const R extends readonly RouteDefinition[], N extends R[number]['name']>(
  routes: R,
  name: N,
): Extract<R[number], { name: N }>['response'] => {
  const found = routes.find((route) => route.name === name);
  if (found === undefined) throw new Error(`no route is called ${name}`);
  return found.response;
};
