import * as z from 'zod';
import { TenantId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import { Severity } from '../../platform/declare/event.ts';
import { isOfType } from '../domain/filter.ts';

export const ChannelId = z
  .string()
  .regex(/^chan-[0-9a-z]{12}$/, 'expected an id such as chan-0123456789ab')
  .brand<'ChannelId'>();
export type ChannelId = z.infer<typeof ChannelId>;

/** A secret below the tenant's own prefix. What it holds is never stored, told or logged. */
const SecretReference = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'expected the name of a secret: letters, digits and any of . _ -');

/** Where a notification goes. */
export const ChannelTarget = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('webhook'),
    url: z.url({ protocol: /^https?$/ }).max(500),
    /** holds the key that signs each delivery */
    signingSecret: SecretReference,
  }),
  z.object({
    kind: z.literal('slack'),
    /** holds the incoming-webhook address, which is a secret as a whole */
    urlSecret: SecretReference,
  }),
]);
export type ChannelTarget = z.infer<typeof ChannelTarget>;

const EventTypes = z
  .array(
    z.string().regex(/^(\*|[a-z_]+\.(\*|[a-z_]+))$/, 'expected a type such as experiment.started, or experiment.*'),
  )
  .min(1)
  .max(40);

export const ChannelSettings = z.object({
  name: z.string().min(1).max(80),
  target: ChannelTarget,
  /** types and families that it hears of */
  types: EventTypes.default(['*']),
  /** nothing below it */
  minimumSeverity: Severity.default('info'),
  /** only what speaks of one of these; of everything where there is none */
  subjects: z.array(z.string().min(1).max(128)).max(20).default([]),
  isActive: z.boolean().default(true),
});
export type ChannelSettings = z.infer<typeof ChannelSettings>;

export const Channel = z.object({
  id: ChannelId,
  tenantId: TenantId,
  version: z.int(),
  settings: ChannelSettings,
  createdAt: Instant,
  updatedAt: Instant,
});
export type Channel = z.infer<typeof Channel>;

/** What channels themselves say is for nobody's channel: one that fails would tell itself of it for ever. */
const UNHEARD = 'channel.*';

/** Whether a channel hears of an event. */
export const hears = (
  { types, minimumSeverity, subjects, isActive }: ChannelSettings,
  event: { readonly type: string; readonly severity: Severity; readonly subject: string },
): boolean =>
  isActive &&
  !isOfType(UNHEARD, event.type) &&
  types.some((type) => type === '*' || isOfType(type, event.type)) &&
  Severity.options.indexOf(event.severity) >= Severity.options.indexOf(minimumSeverity) &&
  (subjects.length === 0 || subjects.includes(event.subject));
