import * as z from 'zod';
import { UserId } from '../../kernel/identity.ts';
import { event } from '../../platform/declare/event.ts';
import { Role } from '../domain/permissions.ts';

export const accessEvents = [
  event({
    type: 'member.changed',
    schemaVersion: 1,
    summary: 'A person was enrolled, or their roles changed',
    data: z.object({ userId: UserId, roles: z.array(Role), isActive: z.boolean() }),
  }),
  event({
    type: 'session.ended',
    schemaVersion: 1,
    summary: 'A person signed out everywhere',
    data: z.object({ userId: UserId }),
  }),
] as const;
