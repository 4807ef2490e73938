import * as z from 'zod';
import { KeyId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import { draftEvent, type EventDraft, event, eventNamed } from '../../platform/declare/event.ts';
import { KeyScope, type ServiceKey } from '../domain/service-key.ts';

const KeyData = z.object({ keyId: KeyId, name: z.string(), scopes: z.array(KeyScope), expiresAt: Instant });

export const keyEvents = [
  event({ type: 'key.created', schemaVersion: 1, summary: 'A service key was created', data: KeyData }),
  event({ type: 'key.rotated', schemaVersion: 1, summary: 'A service key has a fresh secret', data: KeyData }),
  event({ type: 'key.revoked', schemaVersion: 1, summary: 'A service key was ended', data: KeyData }),
] as const;

/** What is said of a key; its secret is in no event. */
export const keyEvent = (
  type: (typeof keyEvents)[number]['type'],
  { id, name, scopes, expiresAt }: ServiceKey,
): EventDraft => draftEvent(eventNamed(keyEvents, type), { keyId: id, name, scopes, expiresAt });
