import * as z from 'zod';
import { COMMON_PROBLEMS, type Problem, type Problems, wireCode } from '../platform/declare/problem.ts';
import { isWrite } from '../platform/declare/refused-write.ts';
import type { CommonCode, RouteDefinition } from '../platform/declare/route.ts';
import { snakeCase, toWire } from '../platform/wire.ts';

type Json = { [key: string]: unknown };

/** The description of the API (OpenAPI 3.1), from the same routes as router and client; names are those of the wire. */
export const openApiOf = (routes: readonly RouteDefinition[], problems: Problems, version: string): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Phoenix',
    version,
    summary: 'Compares two OpenTelemetry collector pipelines and gives a verdict that people can trust',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/api/v1' }],
  paths: pathsOf(routes, problems),
  components: {
    securitySchemes: { person: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    schemas: { Problem: PROBLEM_SCHEMA, GatewayRefusal: GATEWAY_REFUSAL, ...sharedSchemasOf(routes) },
    parameters: PARAMETERS,
  },
});

/** What several routes take or answer is described once, under the name of the first of them. */
const sharedSchemasOf = (routes: readonly RouteDefinition[]): Json => {
  const uses = routes.flatMap((route) => schemasOf(route).map(([schema, io]) => ({ route, schema, io })));
  return Object.fromEntries(
    [...Map.groupBy(uses, ({ schema }) => schema)].flatMap(([schema, [first, second]]) =>
      first === undefined || second === undefined
        ? []
        : [[sharedNameOf(first.route.name, first.io), wireSchemaOf(schema, first.io)]],
    ),
  );
};

const schemasOf = (route: RouteDefinition): readonly (readonly [z.ZodType, 'input' | 'output'])[] => [
  ...(route.body === undefined ? [] : [[route.body, 'input'] as const]),
  ...(route.status === 204 ? [] : [[route.response, 'output'] as const]),
];

const sharedNameOf = (routeName: string, io: 'input' | 'output'): string =>
  `${routeName.charAt(0).toUpperCase()}${routeName.slice(1)}${io === 'input' ? 'Request' : 'Answer'}`;

/** A reference where several routes share the schema, else the schema itself. */
const schemaIn = (routes: readonly RouteDefinition[], schema: z.ZodType, io: 'input' | 'output'): Json => {
  const users = routes.filter((route) => schemasOf(route).some(([each]) => each === schema));
  const [first, second] = users;
  return first === undefined || second === undefined
    ? wireSchemaOf(schema, io)
    : { $ref: `#/components/schemas/${sharedNameOf(first.name, io)}` };
};

/** JSON Schema of what goes in or comes out, in wire names; names of records stay the user's. */
export const wireSchemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type !== 'object') return;
      const { properties, required } = jsonSchema;
      if (properties !== undefined) {
        jsonSchema.properties = Object.fromEntries(
          Object.entries(properties).map(([name, each]) => [snakeCase(name), each]),
        );
      }
      if (required !== undefined) jsonSchema.required = required.map(snakeCase);
      // what comes in with a field that nobody knows is refused
      if (io === 'input' && jsonSchema.additionalProperties === undefined) jsonSchema.additionalProperties = false;
    },
  }) as Json;
  return json;
};

const pathsOf = (routes: readonly RouteDefinition[], problems: Problems): Json => {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `{${snakeCase(name)}}`);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, routes, problems) };
  }
  return paths;
};

const operationOf = (route: RouteDefinition, routes: readonly RouteDefinition[], problems: Problems): Json => ({
  operationId: route.name,
  summary: route.summary,
  tags: [route.path.split('/')[1]],
  ...(route.permission === 'open'
    ? { security: [] }
    : { security: [{ person: [] }], description: `Needs ${route.permission}.`, 'x-permission': route.permission }),
  parameters: parametersOf(route),
  ...(route.body === undefined
    ? {}
    : {
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: schemaIn(routes, route.body, 'input'),
              ...(route.example === undefined ? {} : { example: toWire(route.body, route.example) }),
            },
          },
        },
      }),
  responses: { [route.status]: successOf(route, routes), ...refusalsOf(route, problems) },
});

const parametersOf = (route: RouteDefinition): readonly Json[] => [
  ...fieldsOf(route.params).map(([name, schema]) => ({
    name: snakeCase(name),
    in: 'path',
    required: true,
    schema: wireSchemaOf(schema, 'input'),
  })),
  ...fieldsOf(route.query).map(([name, schema]) => ({
    name: snakeCase(name),
    in: 'query',
    required: !z.safeParse(schema, undefined).success,
    schema: wireSchemaOf(schema, 'input'),
  })),
  ...(route.permission === 'open' ? [] : [{ $ref: '#/components/parameters/Tenant' }]),
  ...(route.concurrency === 'if-match'
    ? [{ $ref: `#/components/parameters/${route.starIfMatch === true ? 'IfMatchOrAny' : 'IfMatch'}` }]
    : []),
  ...(route.concurrency === 'idempotency-key' ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
];

const fieldsOf = (schema: z.ZodObject | undefined): readonly (readonly [string, z.ZodType])[] =>
  Object.entries(schema?.shape ?? {}) as readonly (readonly [string, z.ZodType])[];

const successOf = (route: RouteDefinition, routes: readonly RouteDefinition[]): Json => ({
  description: route.summary,
  ...(route.status === 204
    ? {}
    : { content: { 'application/json': { schema: schemaIn(routes, route.response, 'output') } } }),
});

const refusalsOf = (route: RouteDefinition, problems: Problems): Json => {
  const codes = [...new Set([...commonRefusalsOf(route), ...route.refusals])];
  const byStatus = Map.groupBy(codes, (code) => (problems[code] as Problem | undefined)?.status ?? 500);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `${wireCode(code)}: ${problems[code]?.title ?? ''}`).join('; '),
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
          ...(OF_THE_GATEWAY.includes(Number(status))
            ? { 'application/json': { schema: { $ref: '#/components/schemas/GatewayRefusal' } } }
            : {}),
        },
      },
    ]),
  );
};

/** What the gateway in front of us may answer by itself, in a form of its own. */
const OF_THE_GATEWAY: readonly number[] = [401, 403, 429, 500, 503];

const commonRefusalsOf = (route: RouteDefinition): readonly CommonCode[] => [
  ...(route.permission === 'open' ? [] : (['unauthorized', 'authentication-expired', 'forbidden'] as const)),
  ...(route.params === undefined ? [] : (['resource-not-found'] as const)),
  ...(route.query === undefined && route.body === undefined && !isWrite(route)
    ? []
    : (['malformed-request', 'validation-failed'] as const)),
  ...(route.body === undefined ? [] : (['request-too-large'] as const)),
  ...(route.concurrency === 'if-match' ? (['precondition-required', 'precondition-failed'] as const) : []),
  ...(route.concurrency === 'idempotency-key'
    ? (['precondition-required', 'idempotency-conflict', 'request-in-progress'] as const)
    : []),
  'rate-limit-exceeded',
  'internal-error',
  'service-unavailable',
  'throttled',
];

const PARAMETERS = {
  Tenant: {
    name: 'x-phoenix-tenant',
    in: 'header',
    required: false,
    description: 'Which tenant is meant; needed by members of several',
    schema: { type: 'string' },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    required: true,
    description: 'ETag of the version that the change is meant for',
    schema: { type: 'string', pattern: '^"\\d+"$' },
  },
  IfMatchOrAny: {
    name: 'If-Match',
    in: 'header',
    required: true,
    description: 'ETag of the version that the command is meant for, or * for any',
    schema: { type: 'string', pattern: '^(\\*|"\\d+")$' },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    description: 'A value of the caller; the same one again gives the same answer and does nothing twice',
    schema: { type: 'string', pattern: '^[\\w.:-]{8,128}$' },
  },
} as const;

const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'RFC 9457. `code` is stable; docs/errors.md lists every code with what to do.',
  required: ['type', 'title', 'status', 'detail', 'code', 'message', 'service', 'trace_id', 'details', 'errors'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    code: { type: 'string' },
    message: { type: 'string' },
    service: { type: 'string' },
    trace_id: { type: 'string' },
    retry: { enum: ['never', 'after-change', 'after-reload', 'later'] },
    details: { type: 'object' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'message'],
        properties: { pointer: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
} as const;

const GATEWAY_REFUSAL = {
  type: 'object',
  description: 'The gateway refuses some requests before they reach us: tokens that are not good, too many at once.',
  required: ['message'],
  properties: { message: { type: ['string', 'null'] } },
} as const;

const ADVICE: Record<Problem['retry'], string> = {
  never: 'Asking again does not help.',
  'after-change': 'Change the request, then ask again.',
  'after-reload': 'Read the thing again, then decide anew.',
  later: 'Ask again a little later.',
};

/** The page of errors, as Markdown: one section per code, named as in a problem's `type`. */
export const errorsPageOf = (problems: Problems): string =>
  [
    '# Errors',
    '',
    'Generated from the problems that the code declares. Every refusal is `application/problem+json` (RFC 9457) with a',
    'stable `code`, a sentence in `message`, the facts in `details`, findings about fields in `errors`, and the',
    '`trace_id` under which our log knows it.',
    '',
    ...Object.entries(problems)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([code, { status, title, retry }]) => [
        `## ${code}`,
        '',
        `\`${wireCode(code)}\` · ${status} · ${title}. ${ADVICE[retry]}${code in COMMON_PROBLEMS ? ' Any route may answer it.' : ''}`,
        '',
      ]),
  ].join('\n');
