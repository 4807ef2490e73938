import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { ALL_PROBLEMS, ALL_ROUTES } from '../../../src/client/contracts.ts';
import { errorsPageOf, openApiOf } from '../../../src/client/openapi.ts';
import { wireCode } from '../../../src/platform/declare/problem.ts';
import type { RouteDefinition } from '../../../src/platform/declare/route.ts';
import { parseWire, toWire } from '../../../src/platform/wire.ts';

const root = join(import.meta.dirname, '../../..');
const routes: readonly RouteDefinition[] = ALL_ROUTES;
const document = openApiOf(routes, ALL_PROBLEMS, packageJson.version);

describe('the description of the API', () => {
  // to renew both files after a change of a contract: npx vitest run test/unit/client -u
  test('is committed as it is', async () => {
    await expect(`${JSON.stringify(document, null, 1)}\n`).toMatchFileSnapshot(
      join(root, 'docs/openapi.generated.json'),
    );
  });

  test('the page of errors is committed as it is', async () => {
    await expect(errorsPageOf(ALL_PROBLEMS)).toMatchFileSnapshot(join(root, 'docs/errors.md'));
  });

  test('knows every route once, by method and path and by name', () => {
    const places = routes.map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`);
    expect(new Set(places).size).toBe(places.length);
    expect(new Set(routes.map(({ name }) => name)).size).toBe(routes.length);
    const described = Object.values(document['paths'] as Record<string, object>).flatMap(Object.keys);
    expect(described).toHaveLength(routes.length);
  });

  test('speaks in wire names only', () => {
    const names: string[] = [];
    JSON.stringify(document, (key, value: unknown) => {
      if (key === 'properties') names.push(...Object.keys(value as object));
      return value;
    });
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter((name) => /[A-Z]/.test(name))).toEqual([]);
  });
});

describe('every route', () => {
  const withBody = routes.filter(({ body }) => body !== undefined);

  test.each(withBody.map((route) => [route.name, route] as const))('%s has an example that it accepts', (_, route) => {
    if (route.body === undefined) throw new Error('chosen for its body');
    expect(route.example).toBeDefined();
    expect(parseWire(route.body, toWire(route.body, route.example)).errors).toEqual([]);
  });

  test.each(routes.map((route) => [route.name, route] as const))(
    '%s answers only refusals that are known',
    (_, route) => {
      expect(route.refusals.filter((code) => !(code in ALL_PROBLEMS))).toEqual([]);
    },
  );

  test.each(routes.map((route) => [route.name, route] as const))(
    '%s names every parameter of its path, and changes nothing without protection',
    (_, route) => {
      const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys(route.params?.shape ?? {})).toEqual(inPath);
      if (['PUT', 'PATCH', 'DELETE'].includes(route.method)) expect(route.concurrency).toBe('if-match');
    },
  );
});

test('every code on the page of errors is answered by the product and asserted by a test', () => {
  const textOf = (pattern: string): string =>
    globSync(pattern, { cwd: root })
      .filter((file) => !/(contract\/(problems|routes)|declare\/(problem|route)|openapi\.test)\.ts$/.test(file))
      .map((file) => readFileSync(join(root, file), 'utf8'))
      .join('\n');
  const [product, tests] = [textOf('src/**/*.ts'), textOf('test/**/*.ts')];
  const codes = Object.keys(ALL_PROBLEMS);
  expect(codes.filter((code) => !product.includes(`'${code}'`))).toEqual([]);
  const unasserted = codes.filter((code) => !tests.includes(code) && !tests.includes(wireCode(code)));
  // of an API server that is ten seconds busy with deleting
  expect(unasserted).toEqual(['cluster-busy']);
});
