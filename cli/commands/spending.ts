import type { Command } from 'commander';
import { parseNumber } from '../../src/cost/domain/amount-text.ts';
import { Savings, SpendingAnalytics, SpendingFlow } from '../../src/experiments/contract/spending-routes.ts';
import type { Context } from '../context.ts';
import { required } from '../failure.ts';
import { parseBookId } from '../price-book-id.ts';
import { describeAnalytics, describeFlow, describeSavings } from '../render/spending.ts';

interface BillOptions {
  readonly book: string;
  readonly bytes?: string;
}

/** Commands over everything that experiments measured; all of them ask the API. */
export const registerSpending = (cost: Command, context: () => Context): void => {
  withBill(cost.command('analytics').description('what was measured lately, by pipeline, team and node, on one bill'))
    .option('--period <days>', '1d to 90d', '30d')
    .action(async ({ period, ...given }: BillOptions & { period: string }) => {
      const { client, answer } = context();
      const { body } = await (await client()).getSpendingAnalytics({ query: { ...billAsked(given), period } });
      answer(SpendingAnalytics, body, () => describeAnalytics(body));
    });

  withBill(
    cost.command('flow').description('what running experiments send right now, and what an hour of it costs'),
  ).action(async (given: BillOptions) => {
    const { client, answer } = context();
    const { body } = await (await client()).getSpendingFlow({ query: billAsked(given) });
    answer(SpendingFlow, body, () => describeFlow(body));
  });

  withBill(cost.command('savings').description('what experiments have proven to save, promoted or offered')).action(
    async (given: BillOptions) => {
      const { client, answer } = context();
      const { body } = await (await client()).getSavings({ query: billAsked(given) });
      answer(Savings, body, () => describeSavings(body));
    },
  );
};

const withBill = (command: Command): Command =>
  command
    .requiredOption('--book <id>', 'the price book whose bill is meant; `phoenix cost books --own` has them')
    .option('--bytes <amount>', 'bytes per point, as the vendor counts them');

const billAsked = ({ book, bytes }: BillOptions) => ({
  priceBook: parseBookId(book),
  ...(bytes === undefined ? {} : { bytesPerPoint: required(parseNumber(bytes)) }),
});
