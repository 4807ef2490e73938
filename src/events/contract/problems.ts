import type { Problems } from '../../platform/declare/problem.ts';

export const CHANNEL_PROBLEMS = {
  'address-not-allowed': { status: 422, title: 'This address is not on the list of the stage', retry: 'never' },
  'too-many-channels': { status: 409, title: 'The tenant has as many channels as it may', retry: 'after-change' },
} as const satisfies Problems;
