import * as z from 'zod';
import { Actor, Epoch, TenantId, Ulid } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import { toWire } from '../wire.ts';

/** One type of event: what it is called on the bus and what it says. */
export interface EventDefinition {
  readonly type: string;
  readonly schemaVersion: number;
  readonly summary: string;
  readonly data: z.ZodType;
}

export const event = <const E extends EventDefinition>(definition: E): E => definition;

export const Severity = z.enum(['info', 'warning', 'error', 'critical']);
export type Severity = z.infer<typeof Severity>;

/** SHA-256 (hex) of the thing before and after, over its JSON with sorted keys; null where it was not there. */
export const StateChange = z.object({ before: z.string().nullable(), after: z.string().nullable() });
export type StateChange = z.infer<typeof StateChange>;

/** Around every event; `seq` is gapless per subject, `id` sorts by time. */
export const EventEnvelope = z.object({
  id: Ulid,
  type: z.string(),
  schemaVersion: z.int(),
  /** the context that speaks */
  source: z.string(),
  /** the thing spoken of, for example an experiment's id */
  subject: z.string(),
  tenant: TenantId,
  epoch: Epoch,
  seq: z.int().min(1),
  timestamp: Instant,
  actor: Actor,
  severity: Severity,
  traceId: z.string(),
  /** of the request that caused it; absent where nobody asked */
  requestId: z.string().optional(),
  change: StateChange.optional(),
  data: z.record(z.string(), z.unknown()),
});
export type EventEnvelope = z.infer<typeof EventEnvelope>;

/** What a context hands to its store together with the change; the store adds id, seq and time. Make it with `draftEvent`. */
export interface EventDraft {
  readonly type: string;
  readonly schemaVersion: number;
  readonly severity: Severity;
  /** in wire names already: it is stored and published as it is */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Says something by its definition: data is checked by the compiler and converted to wire names by the schema. */
export const draftEvent = <const E extends EventDefinition>(
  definition: E,
  data: z.infer<E['data']>,
  severity: Severity = 'info',
): EventDraft => ({
  type: definition.type,
  schemaVersion: definition.schemaVersion,
  severity,
  data: toWire(definition.data, data) as Readonly<Record<string, unknown>>,
});

/** The definition of a type among those of a context, typed by it. */
export const eventNamed = <const Es extends readonly EventDefinition[], T extends Es[number]['type']>(
  definitions: Es,
  type: T,
): Extract<Es[number], { readonly type: T }> => {
  const found = definitions.find((each) => each.type === type);
  if (found === undefined) throw new Error(`no event is called ${type}`);
  return found as Extract<Es[number], { readonly type: T }>;
};
