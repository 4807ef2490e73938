import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Fragment, type ReactNode } from 'react';
import type { PriceBookView } from '../../../src/cost/contract/routes.ts';
import type { PriceBookId } from '../../../src/cost/domain/price-book.ts';
import type { Savings, SpendingAnalytics, SpendingFlow } from '../../../src/experiments/contract/spending-routes.ts';
import type { Spending } from '../../../src/experiments/domain/spending.ts';
import type { ExperimentId } from '../../../src/kernel/identity.ts';
import { amountText } from '../../../src/kernel/money.ts';
import { counted } from '../../../src/kernel/words.ts';
import { savingsQuery, spendingFlowQuery, spendingQuery } from '../api/queries.ts';
import { formatNumber } from '../format/numbers.ts';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { Loaded, Skeleton } from '../ui/states.tsx';
import { CostText } from './cost-text.tsx';

/** What experiments measured and proved, on one bill: vendors bill on different axes. */
export const SpendingParts = ({ books }: { readonly books: readonly PriceBookView[] }) => {
  const { on } = useSearch({ from: '/frame/costs' });
  const navigate = useNavigate({ from: '/costs' });
  const book = books.find(({ id }) => id === on) ?? books[0];
  if (book === undefined) return null;
  return (
    <section className="stack-tight" aria-label="What experiments measured">
      <div className="panel-head">
        <h2>What experiments measured</h2>
        <label>
          on the bill of{' '}
          <select
            value={book.id}
            onChange={({ target }) =>
              void navigate({
                to: '.',
                search: (before) => ({ ...before, on: target.value }),
                replace: true,
                resetScroll: false,
              })
            }
          >
            {books.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Proven book={book.id} />
      <Flowing book={book.id} />
      <Measured book={book.id} />
    </section>
  );
};

const Proven = ({ book }: { readonly book: PriceBookId }) => (
  <Part title="Proven to save" what="The list of savings" query={useQuery(savingsQuery(book))}>
    {(savings) => (
      <>
        <Table
          label="Proven to save"
          head={['Experiment', 'Team', 'Candidate', 'Nodes', `${savings.currency} a month`]}
          rows={savings.items.map(
            ({ experimentId, name, team, candidate, nodes, monthly, open, hypotheticalBaseline }) => ({
              key: experimentId,
              name: <ExperimentName id={experimentId} name={name} />,
              cells: [
                team,
                candidate,
                nodes,
                <Fragment key="month">
                  {monthly === null ? null : <CostText cost={monthly} currency={savings.currency} />}{' '}
                  <span className="quiet">
                    {open ?? (hypotheticalBaseline ? 'nobody runs its baseline: the difference of two bills' : '')}
                  </span>
                </Fragment>,
              ],
            }),
          )}
        />
        <dl className="facts">
          <Sum title="Promoted" sum={savings.promoted} currency={savings.currency} />
          <Sum title="Offered, nobody promoted it yet" sum={savings.offered} currency={savings.currency} />
          <div>
            <dt>Since promotion, projected: no invoice was read</dt>
            <dd>
              <CostText cost={savings.sincePromotion.cost} currency={savings.currency} />
            </dd>
          </div>
        </dl>
      </>
    )}
  </Part>
);

const Sum = ({
  title,
  sum,
  currency,
}: {
  readonly title: string;
  readonly sum: Savings['promoted'];
  readonly currency: string;
}) => (
  <div>
    <dt>{title}</dt>
    <dd>
      {counted(sum.experiments, 'experiment')}
      {sum.monthly === null ? '' : ', '}
      {sum.monthly === null ? null : <CostText cost={sum.monthly} currency={currency} />}
      {sum.notKnown === 0 ? '' : `, ${sum.notKnown} without a price`}
    </dd>
  </div>
);

const Flowing = ({ book }: { readonly book: PriceBookId }) => (
  <Part title="Flows right now" what="The flow" query={useQuery(spendingFlowQuery(book))}>
    {({ items, currency }) => (
      <Table
        label="Flows right now"
        head={[
          'Experiment',
          'Nodes',
          'Baseline points a minute',
          `${currency} an hour`,
          'Candidate points a minute',
          `${currency} an hour`,
        ]}
        rows={items.map(({ experimentId, name, nodes, baseline, candidate }) => ({
          key: experimentId,
          name: <ExperimentName id={experimentId} name={name} />,
          cells: [nodes, ...rateCells(baseline), ...rateCells(candidate)],
        }))}
      />
    )}
  </Part>
);

const rateCells = ({
  sent,
  hourlyMicros,
  missing,
}: SpendingFlow['items'][number]['baseline']): readonly ReactNode[] => [
  sent === null ? missing : formatNumber(sent.pointsPerMinute),
  hourlyMicros === null ? missing : amountText(hourlyMicros),
];

const Measured = ({ book }: { readonly book: PriceBookId }) => (
  <Part
    title="Measured in the last 30 days, by pipeline"
    what="What was measured"
    query={useQuery(spendingQuery(book))}
  >
    {({ pipelines, currency, experiments, leftOut }: SpendingAnalytics) => (
      <>
        <Table
          label="Measured, by pipeline"
          head={['Pipeline', 'Nodes', 'Experiments', 'Series', 'Points a minute', `${currency} a month`]}
          rows={pipelines.map(({ name, sent, ...row }) => ({
            key: name,
            name,
            cells: [
              row.nodes,
              row.experiments,
              formatNumber(sent.series),
              formatNumber(sent.pointsPerMinute),
              <Month key="month" sent={sent} currency={currency} />,
            ],
          }))}
        />
        <p className="quiet">
          From {counted(experiments, 'experiment')}
          {leftOut ? ', the newest' : ''}. By team and node: <code>phoenix cost analytics --book {book}</code>
        </p>
      </>
    )}
  </Part>
);

const Month = ({ sent, currency }: { readonly sent: Spending; readonly currency: string }) =>
  sent.monthly === null ? (
    <span className="quiet">{sent.open}</span>
  ) : (
    <CostText cost={sent.monthly} currency={currency} />
  );

const ExperimentName = ({ id, name }: { readonly id: ExperimentId; readonly name: string }) => (
  <Link to="/experiments/$experimentId" params={{ experimentId: id }}>
    {name}
  </Link>
);

/** One question over all experiments: its answer, or what there would have to be for one. */
const Part = <T extends { readonly missing: string | null }>({
  title,
  what,
  query,
  children,
}: {
  readonly title: string;
  readonly what: string;
  readonly query: Parameters<typeof Loaded<T>>[0]['query'];
  readonly children: (answer: T) => ReactNode;
}) => (
  <>
    <h3>{title}</h3>
    <Loaded query={query} what={what} skeleton={<Skeleton lines={3} height={120} />}>
      {(answer) => (answer.missing === null ? children(answer) : <p className="quiet">{answer.missing}</p>)}
    </Loaded>
  </>
);

interface Row {
  readonly key: string;
  readonly name: ReactNode;
  readonly cells: readonly ReactNode[];
}

const Table = ({
  label,
  head,
  rows,
}: {
  readonly label: string;
  readonly head: readonly string[];
  readonly rows: readonly Row[];
}) => (
  <ScrollRegion label={label}>
    <table className="table">
      <thead>
        <tr>
          {head.map((title, column) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a title may stand twice, columns do not move
            <th key={column} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, name, cells }) => (
          <tr key={key}>
            <th scope="row">{name}</th>
            {cells.map((cell, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns do not move
              <td key={column} data-label={head[column + 1]}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollRegion>
);
