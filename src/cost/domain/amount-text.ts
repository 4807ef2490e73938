import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Amount, Usage, UsageAxis } from './usage.ts';

const SUFFIXES: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9 };

type Unreadable = Refusal<'amount-unreadable'>;

/** A plain number as people write it: `210000`, `210k`, `1.2M`, `9G`. */
export const parseNumber = (text: string): Outcome<number, Unreadable> => {
  const [, digits = '', suffix = ''] = /^(\d+(?:\.\d+)?)([kMG]?)$/.exec(text.trim()) ?? [];
  return digits === ''
    ? refuse('amount-unreadable', `"${text}" is not an amount; write for example 210000, 210k or 1.2M`, { text })
    : accept(Number(digits) * (SUFFIXES[suffix] ?? 1));
};

/** A number, or what is known of it as `low..estimate..high`; with two the estimate is their middle. */
export const parseAmount = (text: string): Outcome<Amount, Unreadable> => {
  const numbers: number[] = [];
  for (const part of text.split('..')) {
    const read = parseNumber(part);
    if (!read.accepted) return read;
    numbers.push(read.value);
  }
  const [first = 0, second, third, more] = numbers;
  if (second === undefined) return accept(first);
  const amount =
    third === undefined
      ? { low: first, estimate: (first + second) / 2, high: second }
      : { low: first, estimate: second, high: third };
  return more === undefined && amount.low <= amount.estimate && amount.estimate <= amount.high
    ? accept(amount)
    : refuse('amount-unreadable', `"${text}" does not rise; write low..estimate..high`, { text });
};

/** Usage from what people typed per axis; empty texts say nothing. Findings point at the axis. */
export const parseUsage = (
  texts: Readonly<Partial<Record<UsageAxis, string>>>,
): { readonly usage: Usage; readonly findings: Readonly<Partial<Record<UsageAxis, string>>> } => {
  const read = Object.entries(texts)
    .filter(([, text]) => text.trim() !== '')
    .map(([axis, text]) => [axis, parseAmount(text)] as const);
  return {
    usage: Object.fromEntries(read.flatMap(([axis, amount]) => (amount.accepted ? [[axis, amount.value]] : []))),
    findings: Object.fromEntries(
      read.flatMap(([axis, amount]) => (amount.accepted ? [] : [[axis, amount.refusal.message]])),
    ),
  };
};
