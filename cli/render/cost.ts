import type { PriceBookView } from '../../src/cost/contract/routes.ts';
import { type Bill, type BillLine, type Cost, whyOpen } from '../../src/cost/domain/bill.ts';
import type { BillRow } from '../../src/cost/domain/every-bill.ts';
import type { ExperimentCost } from '../../src/cost/domain/experiment-cost.ts';
import type { Deduction, NetSaving } from '../../src/cost/domain/net-saving.ts';
import type { PriceBook } from '../../src/cost/domain/price-book.ts';
import type { CostAnalysis } from '../../src/experiments/contract/cost-routes.ts';
import { amountText, moneyText } from '../../src/kernel/money.ts';
import { counted } from '../../src/kernel/words.ts';
import { VARIANTS } from '../../src/measurement/domain/sample.ts';
import { number, percent, span } from './numbers.ts';
import { renderFields, renderTable } from './table.ts';

/** `430.53 (420.10 … 441.00)`; one number where nothing is uncertain. */
export const costText = (cost: Cost): string => span(cost, amountText);

const LISTED: Readonly<Record<Bill['confidence'], string>> = {
  contract: 'contract',
  listed: 'list',
  assumed: 'assumed',
  none: 'needed',
};

export const describeBooks = (books: readonly PriceBookView[]): string =>
  renderTable(
    ['id', 'version', 'currency', 'prices', 'bill'],
    books.map((book) => [book.id, book.reference.split('@')[1] ?? '', book.currency, pricesKnown(book), book.title]),
  );

const pricesKnown = ({ charges }: PriceBook): string => {
  const confidences = charges.filter(({ optional }) => !optional).flatMap(({ rows }) => rows);
  const needed = confidences.filter(({ confidence }) => confidence === 'none').length;
  if (needed > 0) return needed === confidences.length ? 'by contract' : 'partly by contract';
  return confidences.some(({ confidence }) => confidence === 'contract') ? 'yours' : 'listed';
};

export const describeBook = (book: PriceBookView): string =>
  [
    renderFields([
      ['price book', `${book.title} (${book.reference})`],
      ['billed on', book.billedOn],
      ['currency', book.currency],
      ...(book.own === null ? [] : ([['your prices', `version ${book.ownVersion} of ${book.own.updatedAt}`]] as const)),
    ]),
    '',
    renderTable(
      ['charge', 'beyond', 'price', 'per', 'since', 'prices', 'source'],
      book.charges.flatMap((charge) =>
        charge.rows.map(({ above, price, effectiveFrom, confidence, source }, index) => [
          index === 0 ? `${charge.sku}${charge.optional ? ' (if used)' : ''}` : '',
          beyond(charge, above),
          price ?? '–',
          charge.unit,
          effectiveFrom ?? 'not stated',
          LISTED[confidence],
          source,
        ]),
      ),
    ),
    ...(book.notes.length === 0 ? [] : ['', ...book.notes]),
  ].join('\n');

const beyond = ({ included, includedPerHost, per }: PriceBook['charges'][number], above: number): string => {
  const parts = [
    ...(included + above > 0 || includedPerHost === 0 ? [number((included + above) / per)] : []),
    ...(includedPerHost > 0 ? [`${number(includedPerHost / per)} a host`] : []),
  ];
  return parts.join(' + ');
};

/** One bill line by line, or every bill with its total. */
export const describeBills = (bills: readonly Bill[]): string => {
  const [only] = bills;
  return bills.length === 1 && only !== undefined
    ? describeBill(only)
    : renderTable(
        ['bill', 'a month', 'currency', 'prices', 'remark'],
        bills.map((bill) => [
          bill.title,
          bill.total === null ? '–' : costText(bill.total),
          bill.currency,
          LISTED[bill.confidence],
          remarkOn(bill),
        ]),
      );
};

const remarkOn = (bill: Bill): string =>
  bill.total === null ? whyOpen(bill) : bill.notIncluded.length === 0 ? '' : `without: ${bill.notIncluded.join('; ')}`;

const describeBill = (bill: Bill): string =>
  [
    `${bill.title}: ${bill.total === null ? `not known, ${whyOpen(bill)}` : `${costText(bill.total)} ${bill.currency} a month`}`,
    '',
    renderTable(
      ['charge', 'quantity', 'of them free', 'cost', 'edges', 'prices', 'source'],
      bill.lines.map((line) => [
        line.sku,
        line.quantity === null ? '–' : `${span(line.quantity, number)} × ${line.unit}`,
        line.included === null ? '–' : number(line.included),
        line.cost === null ? (line.open ?? '–') : costText(line.cost),
        edges(line),
        LISTED[line.confidence],
        line.sources.join('; '),
      ]),
    ),
    '',
    renderFields([
      ['made with', `${bill.reference}, ${bill.method}`],
      ...(bill.hourly === null ? [] : ([['an hour', amountText(bill.hourly)]] as const)),
      ...(bill.daily === null ? [] : ([['a day', amountText(bill.daily)]] as const)),
      ...(bill.perSeries === null ? [] : ([['a series', `${amountText(bill.perSeries)} a month`]] as const)),
      ...(bill.notIncluded.length === 0 ? [] : ([['without', bill.notIncluded.join('; ')]] as const)),
    ]),
  ].join('\n');

/** How far it is to where a unit costs something else. */
const edges = ({ edgeBelow, edgeAbove }: BillLine): string =>
  [
    edgeBelow === null ? null : `↓ ${number(edgeBelow.distance)} to ${edgeBelow.price ?? 'nothing'}`,
    edgeAbove === null ? null : `↑ ${number(edgeAbove.distance)} to ${edgeAbove.price ?? 'your price'}`,
  ]
    .filter((each) => each !== null)
    .join(', ');

/** The same evidence on every bill; a single bill with its lines and what is left after paying. */
export const describeComparison = (rows: readonly BillRow[]): string => {
  const [only] = rows;
  return rows.length === 1 && only !== undefined ? describeRow(only) : everyBill(rows);
};

const everyBill = (rows: readonly BillRow[]): string =>
  renderTable(
    ['bill', 'baseline', 'candidate', 'saving a month', 'less', 'currency', 'prices', 'remark'],
    rows.map((row) => [
      row.title,
      row.baseline.total === null ? '–' : costText(row.baseline.total),
      row.candidate.total === null ? '–' : costText(row.candidate.total),
      row.saving === null ? '–' : costText(row.saving),
      row.reductionRatio === null ? '–' : span(row.reductionRatio, (ratio) => percent(-ratio)),
      row.currency,
      LISTED[row.baseline.confidence],
      row.saving === null ? whyOpen(row.baseline, row.candidate) : remarkOn(row.baseline),
    ]),
  );

const describeRow = (row: BillRow): string =>
  [
    everyBill([row]),
    ...VARIANTS.flatMap((variant) => ['', `${variant}:`, describeBill(row[variant])]),
    ...(row.net === null ? [] : ['', describeNet(row.net, row.currency)]),
  ].join('\n');

const describeNet = (net: NetSaving, currency: string): string =>
  renderFields([
    ['compute of the candidate', deduction(net.compute, 'a month more than the baseline')],
    ['the experiment itself', deduction(net.experiment, 'once')],
    ['left a month', `${costText(net.monthly)} ${currency}`],
    ...net.projection.map(
      ({ months, net: after }) => [`after ${counted(months, 'month')}`, `${costText(after)} ${currency}`] as const,
    ),
    [
      'return in 12 months',
      net.returnRatio === null ? 'not known' : span(net.returnRatio, (ratio) => `${number(ratio)} ×`),
    ],
    [
      'pays back in',
      net.paybackDays === null
        ? `not known: ${net.paybackReason}`
        : `${span(net.paybackDays, number)} days${net.experimentShare === null ? '' : `; it takes ${percent(net.experimentShare).slice(1)} of the first month's saving`}`,
    ],
  ]);

export const deduction = (given: Deduction, period: string): string =>
  'open' in given ? `not subtracted: ${given.open}` : `${costText(given.cost)} ${given.currency} ${period}`;

/** What evidence is worth: first what it is of, then every bill, then what was paid for it. */
export const describeAnalysis = (analysis: CostAnalysis): string => {
  const [only] = analysis.items;
  const headline = analysis.items.length === 1 ? only?.headline : null;
  return [
    headline ?? analysis.noHeadline ?? 'The same evidence on every bill.',
    '',
    renderFields([
      [
        'money of',
        `${counted(analysis.nodes, 'node')}${analysis.nodes === analysis.nodesMeasured ? ', those that were measured' : `, from ${analysis.nodesMeasured} that were measured`}`,
      ],
      ['levels from', counted(analysis.slots, 'slot')],
      ['verdict', analysis.verdict ?? 'not yet; ratios hold at all looks together'],
    ]),
    '',
    describeComparison(analysis.items),
    '',
    describeExperimentCost(analysis.experiment, analysis.compute),
  ].join('\n');
};

/** The bills of an experiment, each line by line where one price book is asked for. */
export const describeAnalysedBills = (analysis: CostAnalysis): string => {
  const [only] = analysis.items;
  return analysis.items.length === 1 && only !== undefined
    ? VARIANTS.map((variant) => `${variant}:\n${describeBill(only[variant])}`).join('\n\n')
    : VARIANTS.map((variant) => `${variant}:\n${describeBills(analysis.items.map((row) => row[variant]))}`).join(
        '\n\n',
      );
};

const describeExperimentCost = (experiment: ExperimentCost, compute: Deduction): string =>
  renderFields([
    ['compute', deduction(compute, 'a month more than the baseline')],
    ['experiment', deduction(experiment.total, 'once')],
    ...experiment.parts.map(
      ({ title, quantity, unit, cost }) =>
        [title, `${number(quantity)} × ${unit}${cost === null ? '' : `, ${moneyText(cost)}`}`] as const,
    ),
    ['not counted', experiment.notCounted.join('; ')],
  ]);
