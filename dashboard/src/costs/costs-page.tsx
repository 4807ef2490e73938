import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { PriceBookView } from '../../../src/cost/contract/routes.ts';
import { compareQuery, priceBooksQuery } from '../api/queries.ts';
import { Broken, Empty, Loaded, Skeleton } from '../ui/states.tsx';
import { BillPanel } from './bill-panel.tsx';
import { EveryBill } from './every-bill.tsx';
import { PriceBooks } from './price-books.tsx';
import { SpendingParts } from './spending.tsx';
import { UsageForm, type UsageTexts, usagesOf } from './usage-form.tsx';

/** Hundred hosts with 300 processes of seven series each; the candidate keeps forty groups of them. */
const EXAMPLE = {
  baseline: { series: '210k', pointsPerMinute: '210k', bytesPerPoint: '500', hosts: '100' },
  candidate: { series: '28k', pointsPerMinute: '28k' },
};

/** What telemetry costs on every bill: amounts of one’s own at the top, what experiments measured, price books below. */
export const CostsPage = () => {
  const books = useQuery(priceBooksQuery);
  return (
    <>
      <title>Costs · Phoenix</title>
      <div className="page-head">
        <h1>Costs</h1>
      </div>
      <Loaded
        query={books}
        what="The list of price books"
        stillWorks="Offline, `phoenix cost books` has the list prices."
        skeleton={<Skeleton lines={6} height={420} />}
      >
        {(known) => (
          <div className="stack">
            <Compared books={known} />
            <SpendingParts books={known} />
            <section className="stack-tight">
              <h2>Price books</h2>
              <PriceBooks books={known} />
            </section>
          </div>
        )}
      </Loaded>
    </>
  );
};

const Compared = ({ books }: { readonly books: readonly PriceBookView[] }) => {
  const { baseline = {}, candidate = {}, bill } = useSearch({ from: '/frame/costs' });
  const navigate = useNavigate({ from: '/costs' });
  const usages = usagesOf(baseline, candidate);
  const change = (variant: 'baseline' | 'candidate', texts: UsageTexts): void =>
    void navigate({
      to: '.',
      search: (before) => ({ ...before, [variant]: texts }),
      replace: true,
      resetScroll: false,
    });
  return (
    <section className="stack-tight">
      <h2>The same evidence, every bill</h2>
      <UsageForm baseline={baseline} candidate={candidate} findings={usages.findings} onChange={change} />
      {Object.keys(usages.baseline).length === 0 ? (
        <Empty
          title="Nothing to price yet"
          action={
            <Link from="/costs" to="." search={EXAMPLE} className="button" resetScroll={false}>
              Take a hundred hosts as an example
            </Link>
          }
        >
          <p>
            Vendors bill on different axes: the same change saves most of one bill and nothing on another. Say what the
            baseline and the candidate send, or open the tab Cost of an experiment, which knows it.
          </p>
        </Empty>
      ) : (
        <Answer
          key={books.map(({ reference }) => reference).join(' ')}
          usages={usages}
          bill={bill}
          onChoose={(chosen) =>
            void navigate({
              to: '.',
              search: (before) => ({ ...before, bill: chosen === bill ? undefined : chosen }),
              replace: true,
              resetScroll: false,
            })
          }
        />
      )}
    </section>
  );
};

const Answer = ({
  usages: { baseline, candidate },
  bill,
  onChoose,
}: {
  readonly usages: ReturnType<typeof usagesOf>;
  readonly bill: string | undefined;
  readonly onChoose: (priceBook: string) => void;
}) => {
  const query = useQuery(compareQuery({ baseline, candidate }));
  if (query.data === undefined && query.error !== null) {
    return <Broken what="The comparison" failure={query.error} onRetry={() => void query.refetch()} />;
  }
  if (query.data === undefined) return <Skeleton lines={8} height={420} />;
  const { items } = query.data;
  const chosen = items.find(({ priceBook }) => priceBook === bill);
  return (
    <>
      <EveryBill rows={items} chosen={bill} onChoose={onChoose} />
      {chosen === undefined ? (
        <p className="quiet">A bill shows its lines, the edges of its tiers and where its prices are from.</p>
      ) : (
        <BillPanel row={chosen} />
      )}
    </>
  );
};
