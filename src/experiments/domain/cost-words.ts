import type { BillRow } from '../../cost/domain/every-bill.ts';
import { amountText } from '../../kernel/money.ts';

export const NOBODY_RUNS_IT =
  'The baseline is a template that nobody runs here: what it would cost is not what you pay, so no saving is claimed.';

/** The one sentence about money, for a baseline that somebody runs; null where the bill is not known. */
export const headlineOf = ({ title, currency, net }: BillRow, isRunning: boolean): string | null => {
  if (net === null) return null;
  const { low, estimate, high } = net.monthly;
  const after = 'cost' in net.compute ? ', compute of the collectors subtracted' : '';
  const soFar = isRunning ? 'So far: ' : '';
  if (low <= 0 && high >= 0) {
    return `${soFar}whether it saves anything on ${title} is not known: ${amountText(low)} to ${amountText(high)} ${currency} a month${after}.`;
  }
  const verb = estimate > 0 ? 'saves' : 'costs';
  const [least, most] = estimate > 0 ? [low, high] : [-high, -low];
  const more = estimate > 0 ? '' : ' more';
  return `${soFar}it ${verb} ${amountText(Math.abs(estimate))} ${currency}${more} a month on ${title} (${amountText(least)} to ${amountText(most)})${after}.`;
};
