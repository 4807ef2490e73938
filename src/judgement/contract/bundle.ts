import * as z from 'zod';
import { MetricName } from './criteria.ts';
import { Evidence } from './evidence.ts';
import { Judgement } from './judgement.ts';

/** Everything a verdict rests on, in one file; a replay has to give the same judgement, bit for bit. */
export const EvidenceBundle = z.object({
  format: z.literal('phoenix-evidence/1'),
  evidence: Evidence,
  judgement: Judgement,
  queries: z.array(z.object({ metric: MetricName, text: z.string(), unit: z.string() })),
  /** sha256 of the raw series, by metric and slot as measurement stored them */
  hashes: z.record(z.string(), z.string()),
  codeVersion: z.string(),
  /** logarithms are implementation-approximated by the language, so the engine is part of the evidence */
  nodeVersion: z.string(),
  priceBookVersion: z.string().nullable(),
});
export type EvidenceBundle = z.infer<typeof EvidenceBundle>;

export const Replay = z.object({
  reproduced: z.boolean(),
  looks: z.int(),
  /** first slots whose look differs, at most ten */
  differingSlots: z.array(z.int()),
  verdictDiffers: z.boolean(),
  judgement: Judgement,
});
export type Replay = z.infer<typeof Replay>;
