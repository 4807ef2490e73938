import type { Command } from 'commander';
import * as z from 'zod';
import { responseOf, snakeCase as snake } from '../../src/client/wire.ts';
import { Comparisons, costRoutes, Estimates, NewPriceBook, PriceBookView } from '../../src/cost/contract/routes.ts';
import { parseAmount, parseNumber } from '../../src/cost/domain/amount-text.ts';
import { billOf } from '../../src/cost/domain/bill.ts';
import { computeDeduction, everyBill } from '../../src/cost/domain/every-bill.ts';
import { experimentDeduction } from '../../src/cost/domain/net-saving.ts';
import { isOwnBook, OwnBook } from '../../src/cost/domain/own-book.ts';
import {
  changedRows,
  Day,
  dayOf,
  inEffect,
  OwnPricesChange,
  type PricedBook,
} from '../../src/cost/domain/own-prices.ts';
import type { PriceBook } from '../../src/cost/domain/price-book.ts';
import { COLLECTOR_COMPUTE, findPriceBook, priceBooksAsked } from '../../src/cost/domain/price-books.ts';
import { assertEven, Comparison } from '../../src/cost/domain/saving.ts';
import { type Amount, stated, USAGE_AXES, Usage, type UsageAxis } from '../../src/cost/domain/usage.ts';
import { CostAnalysis } from '../../src/experiments/contract/cost-routes.ts';
import { Currency, DecimalPrice, type Money, microsOf } from '../../src/kernel/money.ts';
import { systemClock } from '../../src/kernel/system.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure, required } from '../failure.ts';
import { parseBookId } from '../price-book-id.ts';
import { readDocument } from '../read-document.ts';
import { readText } from '../read-text.ts';
import {
  deduction,
  describeAnalysedBills,
  describeAnalysis,
  describeBills,
  describeBook,
  describeBooks,
  describeComparison,
} from '../render/cost.ts';
import { parseId as parseExperimentId } from './experiment.ts';
import { collect } from './parameters.ts';
import { registerSpending } from './spending.ts';

interface PriceOptions {
  readonly book?: string;
  readonly day?: string;
  readonly own?: true;
  readonly prices: readonly string[];
}

interface UsageOptions extends PriceOptions {
  readonly experiment?: string;
  readonly series?: string;
  readonly points?: string;
  readonly bytes?: string;
  readonly hosts?: string;
  readonly usage: readonly string[];
  readonly rest: readonly string[];
  readonly fleetNodes?: string;
}

interface CompareOptions extends UsageOptions {
  readonly experimentCost?: string;
  readonly currency: string;
}

export const registerCost = (program: Command, context: () => Context): void => {
  const cost = program.command('cost').description('price books, and what telemetry costs on every bill');

  withPrices(cost.command('books').description('price books with their versions')).action(
    async (given: PriceOptions) => {
      const { answer } = context();
      const items = await booksAsked(context(), given);
      answer(responseOf(costRoutes, 'listPriceBooks'), { items: [...items] }, () => describeBooks(items));
    },
  );

  withPrices(
    cost.command('book <id>').description('one price book: charges, tiers, sources, what is by contract'),
  ).action(async (id: string, given: PriceOptions) => {
    const [book] = await booksAsked(context(), { ...given, book: id });
    if (book === undefined) throw new Error(`${id} was found and then was not`);
    context().answer(PriceBookView, book, () => describeBook(book));
  });

  withUsage(
    withPrices(
      cost.command('estimate').description('what a month costs, on one bill or on every; list prices need no API'),
    ),
  ).action(async (given: UsageOptions) => {
    const { answer } = context();
    if (given.experiment !== undefined) {
      const analysis = await analysisOf(context(), given);
      return answer(CostAnalysis, analysis, () => describeAnalysedBills(analysis));
    }
    const [usage] = usagesOf(given);
    const rest = axesOf(given.rest);
    const estimates = given.own ? await estimateThere(context(), given, usage, rest) : estimateHere(given, usage, rest);
    answer(Estimates, estimates, () => describeBills(estimates.items));
  });

  withUsage(
    withPrices(
      cost
        .command('compare')
        .description(
          'two variants on one bill or on every: amounts as BASELINE/CANDIDATE, or what an experiment measured',
        ),
    ),
  )
    .option('--experiment-cost <amount>', 'what it costs once to find out, for return and payback')
    .option('--currency <currency>', 'of that amount', 'USD')
    .action(async (given: CompareOptions) => {
      const { answer } = context();
      if (given.experiment !== undefined) {
        const analysis = await analysisOf(context(), given);
        return answer(CostAnalysis, analysis, () => describeAnalysis(analysis));
      }
      const [baseline, candidate] = usagesOf(given);
      const comparison = Comparison.parse({ baseline, candidate, rest: axesOf(given.rest) });
      const experimentCost = moneyOf(given);
      const compared = given.own
        ? await compareThere(context(), given, comparison, experimentCost)
        : compareHere(given, comparison, experimentCost);
      answer(Comparisons, compared, () =>
        [
          describeComparison(compared.items),
          ...('cost' in compared.compute ? ['', `compute: ${deduction(compared.compute, 'a month more')}`] : []),
        ].join('\n'),
      );
    });

  registerSpending(cost, context);

  const prices = cost.command('prices').description('prices of your contract over a price book');

  prices
    .command('show <book>')
    .description('your own prices of a book, and their version')
    .option('--version-number <n>', 'an earlier version')
    .action(async (id: string, given: { versionNumber?: string }) => {
      const { client, answer } = context();
      const { body } = await (await client()).getPriceBook({
        params: { priceBookId: parseBookId(id) },
        ...(given.versionNumber === undefined ? {} : { query: { ownVersion: numberOf(given.versionNumber) } }),
      });
      answer(PriceBookView, body, () => describeBook(body));
    });

  const change = async (id: string, changes: OwnPricesChange): Promise<void> => {
    const { client, answer, say } = context();
    const api = await client();
    const params = { priceBookId: parseBookId(id) };
    const seen = await api.getPriceBook({ params });
    const { body } = await api.changePrices({ params, ifMatch: seen.body.ownVersion, body: changes });
    say(`✔ your prices of ${body.title} are version ${body.ownVersion}`);
    answer(PriceBookView, body, () => describeBook(body));
  };

  prices
    .command('set <book>')
    .description('lay prices over a book, as a new version; rows of the same charge and day are replaced')
    .requiredOption('-f, --file <file>', 'rows as YAML or JSON, - for standard input; examples/cost has some')
    .action((id: string, { file }: { file: string }) =>
      change(id, readDocument(OwnPricesChange, readText(file), file)),
    );

  prices
    .command('reset <book>')
    .description('give charges back to the list, as a new version')
    .requiredOption('--sku <name>', 'charge, repeatable', collect, [])
    .action((id: string, { sku }: { sku: readonly string[] }) =>
      change(id, OwnPricesChange.parse({ backToList: [...sku] })),
    );

  const book = cost.command('price-book').description('price books of your own: who bills you and stands on no list');
  const fileOption = ['-f, --file <file>', 'as YAML or JSON, - for standard input; examples/cost has one'] as const;

  book
    .command('create')
    .description('write a price book with its first prices; prices change by `cost prices set`')
    .requiredOption(...fileOption)
    .action(async ({ file }: { file: string }) => {
      const { client, answer, say } = context();
      const written = readDocument(NewPriceBook, readText(file), file);
      const { body } = await (await client()).createPriceBook({ body: written });
      say(`✔ ${body.title} is on every bill that is asked for with --own`);
      answer(PriceBookView, body, () => describeBook(body));
    });

  book
    .command('revise <id>')
    .description('say anew how it bills, as a new version; prices of charges that it keeps stay')
    .requiredOption(...fileOption)
    .action(async (id: string, { file }: { file: string }) => {
      const { client, answer, say } = context();
      const api = await client();
      const params = { priceBookId: parseBookId(id) };
      const body = readDocument(OwnBook, readText(file), file);
      const seen = await api.getPriceBook({ params });
      const revised = await api.revisePriceBook({ params, ifMatch: seen.body.ownVersion, body });
      say(`✔ ${revised.body.title} is version ${revised.body.ownVersion}`);
      answer(PriceBookView, revised.body, () => describeBook(revised.body));
    });
};

const withBook = (command: Command): Command => command.option('--book <id>', 'one price book instead of every');

const withPrices = (command: Command): Command =>
  command
    .option('--day <date>', 'prices of this day instead of today')
    .option('--own', 'with the prices of your contract, from the API')
    .option('--prices <book=file>', 'with prices from a file as `cost prices set` takes it, repeatable', collect, []);

const withUsage = (command: Command): Command =>
  withBook(command)
    .option('--experiment <id>', 'what this experiment measured, instead of amounts')
    .option('--series <amount>', 'active series: 210000, 210k, or low..estimate..high')
    .option('--points <amount>', 'data points a minute')
    .option('--bytes <amount>', 'bytes per point, as the vendor counts them')
    .option('--hosts <amount>', 'hosts')
    .option('--usage <axis=amount>', `more of it, repeatable: ${USAGE_AXES.map(snake).join(', ')}`, collect, [])
    .option('--rest <axis=amount>', 'what else is on the same bill, repeatable', collect, [])
    .option('--fleet-nodes <count>', 'with --experiment: of a fleet instead of the measured nodes');

// ── here: list prices are code

const dayAsked = ({ day }: PriceOptions): Day => {
  if (day === undefined) return dayOf(systemClock.now());
  const parsed = Day.safeParse(day);
  if (parsed.success) return parsed.data;
  throw new CommandFailure(EXIT.invalid, `"${day}" is not a day`, 'write it as 2026-11-27');
};

const booksHere = (given: PriceOptions): { readonly books: readonly PricedBook[]; readonly nodes: PricedBook } => {
  if (given.book !== undefined && isOwnBook(given.book)) {
    throw new CommandFailure(EXIT.invalid, `${given.book} is a price book of your tenant`, 'ask the API: --own');
  }
  const own = new Map(given.prices.map(readPrices));
  const onDay = (book: PriceBook): PricedBook => inEffect(book, own.get(book.id) ?? null, dayAsked(given));
  return { books: required(priceBooksAsked(given.book)).map(onDay), nodes: onDay(COLLECTOR_COMPUTE) };
};

/** `datadog-pro=prices.yaml`, checked as the API would check it. */
const readPrices = (assignment: string) => {
  const [id = '', ...rest] = assignment.split('=');
  const file = rest.join('=');
  if (file === '')
    throw new CommandFailure(EXIT.invalid, `"${assignment}" is no file of prices`, 'write it as book=file');
  const change = readDocument(OwnPricesChange, readText(file), file);
  const rows = required(changedRows(required(findPriceBook(id)), [], change));
  return [parseBookId(id), { version: 0, rows: [...rows], usage: change.usage ?? {} }] as const;
};

const booksAsked = async ({ client }: Context, given: PriceOptions): Promise<readonly PriceBookView[]> => {
  const day = dayAsked(given);
  if (given.own) {
    const { body } = await (await client()).listPriceBooks({ query: { day } });
    return body.items.filter(({ id }) => given.book === undefined || id === parseBookId(given.book));
  }
  const { books, nodes } = booksHere(given);
  return [...books, ...(given.book === undefined ? [nodes] : [])].map(({ ownUsage: _, ...book }) => ({
    ...book,
    day,
    own: null,
  }));
};

const estimateHere = (given: UsageOptions, usage: Usage, rest: Usage): Estimates => ({
  day: dayAsked(given),
  items: booksHere(given).books.map((book) => billOf(book, usage, rest)),
});

const compareHere = (given: CompareOptions, comparison: Comparison, experimentCost: Money | undefined): Comparisons => {
  required(assertEven(comparison));
  const { books, nodes } = booksHere(given);
  const compute = computeDeduction(nodes, comparison);
  const experiment = experimentDeduction(experimentCost, 'say what it costs with --experiment-cost');
  return { day: dayAsked(given), compute, items: everyBill(books, comparison, { compute, experiment }) };
};

// ── there: with the tenant's own prices, and with evidence

const asked = (given: PriceOptions) => ({
  day: dayAsked(given),
  ...(given.book === undefined ? {} : { priceBook: parseBookId(given.book) }),
});

const estimateThere = async ({ client }: Context, given: UsageOptions, usage: Usage, rest: Usage): Promise<Estimates> =>
  (await (await client()).estimateCost({ body: { ...asked(given), usage, rest } })).body;

const compareThere = async (
  { client }: Context,
  given: CompareOptions,
  comparison: Comparison,
  experimentCost: Money | undefined,
): Promise<Comparisons> =>
  (
    await (
      await client()
    ).compareCost({
      body: { ...asked(given), ...comparison, ...(experimentCost === undefined ? {} : { experimentCost }) },
    })
  ).body;

const analysisOf = async ({ client }: Context, given: UsageOptions): Promise<CostAnalysis> => {
  const amounts = ['series', 'points', 'hosts'] as const;
  const superfluous =
    amounts.find((name) => given[name] !== undefined) ?? (given.usage.length > 0 ? 'usage' : undefined);
  if (superfluous !== undefined) {
    throw new CommandFailure(
      EXIT.invalid,
      `--${superfluous} and --experiment say the same thing`,
      'leave one of them out',
    );
  }
  const { series, pointsPerMinute, hosts } = axesOf(given.rest);
  const { body } = await (await client()).getCostAnalysis({
    params: { experimentId: parseExperimentId(given.experiment ?? '') },
    query: stated({
      ...asked(given),
      fleetNodes: given.fleetNodes === undefined ? undefined : numberOf(given.fleetNodes),
      bytesPerPoint: given.bytes === undefined ? undefined : numberOf(given.bytes),
      restSeries: plain('series', series),
      restPointsPerMinute: plain('points_per_minute', pointsPerMinute),
      restHosts: plain('hosts', hosts),
    }),
  });
  return body;
};

const plain = (axis: string, amount: Usage[UsageAxis]): number | undefined => {
  if (typeof amount === 'object')
    throw new CommandFailure(EXIT.invalid, `the rest has one number of ${axis}`, 'leave the interval out');
  return amount;
};

// ── amounts as people write them

const numberOf = (text: string): number => required(parseNumber(text));
const amountOf = (text: string): Amount => required(parseAmount(text));

/** `BASELINE/CANDIDATE`; one amount is that of both. */
const parsePair = (text: string) => {
  const [baseline = '', candidate = baseline, more] = text.split('/');
  if (more !== undefined)
    throw new CommandFailure(EXIT.invalid, `"${text}" has more than two amounts`, 'write BASELINE/CANDIDATE');
  return [amountOf(baseline), amountOf(candidate)] as const;
};

/** Baseline and candidate from options; both are the same where one amount is given. */
const usagesOf = (given: UsageOptions): readonly [Usage, Usage] => {
  const { series, points, bytes, hosts } = given;
  const named: Readonly<Record<string, string | undefined>> = {
    series,
    pointsPerMinute: points,
    bytesPerPoint: bytes,
    hosts,
  };
  const texts = [
    ...Object.entries(named).flatMap(([axis, text]) => (text === undefined ? [] : [[axis, text] as const])),
    ...given.usage.map(assigned),
  ];
  if (texts.length === 0) {
    throw new CommandFailure(
      EXIT.invalid,
      'nothing is said about usage',
      'give --series, --points, --bytes, --hosts, or --experiment ID',
    );
  }
  const pairs = texts.map(([axis, text]) => [axis, parsePair(text)] as const);
  const at = (place: 0 | 1): Usage => usageFrom(Object.fromEntries(pairs.map(([axis, pair]) => [axis, pair[place]])));
  return [at(0), at(1)];
};

/** `axis=amount` options as usage. */
export const axesOf = (assignments: readonly string[]): Usage =>
  usageFrom(Object.fromEntries(assignments.map(assigned).map(([axis, text]) => [axis, amountOf(text)])));

const assigned = (assignment: string): readonly [UsageAxis, string] => {
  const [name = '', text] = assignment.split('=');
  const axis = USAGE_AXES.find((each) => snake(each) === name);
  if (axis !== undefined && text !== undefined) return [axis, text];
  throw new CommandFailure(
    EXIT.invalid,
    `"${assignment}" says nothing about usage`,
    `write name=amount; names are ${USAGE_AXES.map(snake).join(', ')}`,
  );
};

const usageFrom = (value: unknown): Usage => {
  const parsed = Usage.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CommandFailure(EXIT.invalid, z.prettifyError(parsed.error), 'nothing was sent');
};

const moneyOf = ({ experimentCost, currency }: CompareOptions): Money | undefined => {
  if (experimentCost === undefined) return undefined;
  const [price, name] = [DecimalPrice.safeParse(experimentCost), Currency.safeParse(currency)];
  if (price.success && name.success) return { micros: microsOf(price.data), currency: name.data };
  throw new CommandFailure(
    EXIT.invalid,
    `${experimentCost} ${currency} is no money`,
    'write for example --experiment-cost 12.50 --currency USD',
  );
};
