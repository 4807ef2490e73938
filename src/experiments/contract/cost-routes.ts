import * as z from 'zod';
import { may } from '../../access/domain/permissions.ts';
import { BillRow } from '../../cost/domain/every-bill.ts';
import { ExperimentCost } from '../../cost/domain/experiment-cost.ts';
import { Deduction } from '../../cost/domain/net-saving.ts';
import { Day } from '../../cost/domain/own-prices.ts';
import { PriceBookId } from '../../cost/domain/price-book.ts';
import { Comparison } from '../../cost/domain/saving.ts';
import { Epoch, ExperimentId } from '../../kernel/identity.ts';
import { route } from '../../platform/declare/route.ts';
import { ExperimentVerdict } from '../domain/verdict.ts';

const count = (most: number) => z.coerce.number().min(0).max(most);

/** What evidence cannot say: how a vendor counts bytes, how large the fleet is, what else is on the bill. */
export const CostQuery = z.object({
  priceBook: PriceBookId.optional(),
  day: Day.optional(),
  /** of the whole fleet; absent: of the measured nodes */
  fleetNodes: z.coerce.number().int().min(1).max(1_000_000).optional(),
  bytesPerPoint: count(1e5).optional(),
  restSeries: count(1e9).optional(),
  restPointsPerMinute: count(1e9).optional(),
  restHosts: count(1e7).optional(),
});
export type CostQuery = z.infer<typeof CostQuery>;

export const CostAnalysis = z.object({
  experimentId: ExperimentId,
  epoch: Epoch,
  day: Day,
  /** null while it runs: ratios hold at all looks together then, and are those of the newest look */
  verdict: ExperimentVerdict.nullable(),
  nodesMeasured: z.int(),
  /** of how many nodes the money is */
  nodes: z.int(),
  slots: z.int(),
  /** nobody runs this baseline today: two bills are compared, and nobody's spending */
  hypotheticalBaseline: z.boolean(),
  /** why no bill has a headline; null: they have one where their saving is known */
  noHeadline: z.string().nullable(),
  comparison: Comparison,
  wireBytesPerPoint: z.object({ baseline: z.number().nullable(), candidate: z.number().nullable() }),
  compute: Deduction,
  experiment: ExperimentCost,
  /** the same evidence on every bill */
  items: z.array(BillRow.extend({ headline: z.string().nullable() })),
});
export type CostAnalysis = z.infer<typeof CostAnalysis>;

export const experimentCostRoutes = [
  route({
    name: 'getCostAnalysis',
    method: 'GET',
    path: '/experiments/{experimentId}/cost-analysis',
    summary:
      'What the measured usage of both variants costs, on one bill or on every, after compute and the experiment itself',
    permission: may('cost:read'),
    params: z.object({ experimentId: ExperimentId }),
    query: CostQuery,
    status: 200,
    response: CostAnalysis,
    refusals: ['price-book-not-found', 'usage-not-measured', 'fleet-not-known'],
  }),
] as const;
