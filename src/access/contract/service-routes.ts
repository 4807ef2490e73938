import * as z from 'zod';
import { route } from '../../platform/declare/route.ts';

const Check = z.object({ name: z.string(), status: z.enum(['healthy', 'unhealthy']) });

/** What tells about the service itself. */
export const serviceRoutes = [
  route({
    name: 'getLive',
    method: 'GET',
    path: '/live',
    summary: 'Answers without asking anything behind it',
    permission: 'open',
    root: true,
    status: 200,
    response: z.object({ status: z.literal('healthy') }),
    refusals: [],
  }),
  route({
    name: 'getReady',
    method: 'GET',
    path: '/ready',
    summary: 'Whether requests can be served now; 503 when something needed does not answer',
    permission: 'open',
    root: true,
    status: 200,
    response: z.object({ status: z.literal('healthy'), checks: z.array(Check) }),
    refusals: [],
  }),
  route({
    name: 'getHealth',
    method: 'GET',
    path: '/health',
    summary: 'Overall status and that of each dependency; 503 when a needed one is down',
    permission: 'open',
    root: true,
    status: 200,
    response: z.object({ status: z.literal('healthy'), checks: z.array(Check) }),
    refusals: [],
  }),
  route({
    name: 'getOpenApi',
    method: 'GET',
    path: '/openapi.json',
    summary: 'This description of the API',
    permission: 'open',
    status: 200,
    response: z.looseObject({ openapi: z.string() }),
    refusals: [],
  }),
] as const;
