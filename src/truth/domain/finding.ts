import * as z from 'zod';
import { Instant } from '../../kernel/instant.ts';

const STATUSES = ['same', 'differs', 'lost', 'changed_labels', 'not_evaluable', 'no_data', 'pending'] as const;

/** How a check stands; `pending`: too little was measured yet to say. */
export const CheckStatus = z.enum(STATUSES);
export type CheckStatus = z.infer<typeof CheckStatus>;

export const Finding = z.object({
  status: CheckStatus,
  /** for people: what differs and by how much */
  sentence: z.string(),
  since: Instant.nullable(),
});
export type Finding = z.infer<typeof Finding>;

/** How far two answers may be apart, and how long. */
export interface Tolerance {
  /** of the value: 0.01 is one per cent */
  readonly ratio: number;
  /** a value may come so much earlier or later */
  readonly seconds: number;
  /** what is outside on one side for less than this is noise */
  readonly lastingSeconds: number;
}

/** What the owner of a query said about it; null where nothing. */
export const OwnTolerance = z.object({
  ratio: z.number().min(0).max(1).nullable(),
  seconds: z.number().min(0).max(86_400).nullable(),
});
export type OwnTolerance = z.infer<typeof OwnTolerance>;
