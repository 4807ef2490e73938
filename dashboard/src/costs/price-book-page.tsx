import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { lowestRoleFor } from '../../../src/access/domain/permissions.ts';
import type { PriceBookView } from '../../../src/cost/contract/routes.ts';
import type { Charge } from '../../../src/cost/domain/price-book.ts';
import { meQuery, priceBookQuery } from '../api/queries.ts';
import { formatNumber } from '../format/numbers.ts';
import { nameOf } from '../format/words.ts';
import { Button } from '../ui/button.tsx';
import { WordMark } from '../ui/chips.tsx';
import { Copyable } from '../ui/copy.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { Loaded, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { PRICE_WORDS } from './cost-text.tsx';
import { PricesDialog } from './prices-dialog.tsx';

/** One price book: how it bills, each price with its source, and prices of one’s own over it. */
export const PriceBookPage = () => {
  const { priceBookId } = useParams({ from: '/frame/costs/$priceBookId' });
  const query = useQuery(priceBookQuery(priceBookId));
  return (
    <Loaded query={query} what="This price book" skeleton={<Skeleton lines={5} height={360} />}>
      {(book) => (
        <>
          <title>{`${book.title} · Phoenix`}</title>
          <Head book={book} />
          <div className="stack">
            <p className="prose">{sentence(book.billedOn)}</p>
            <Charges book={book} />
            {book.notes.length === 0 ? null : (
              <ul className="notes">
                {book.notes.map((note) => (
                  <li key={note}>{note}</li>
                ))}
              </ul>
            )}
          </div>
        </>
      )}
    </Loaded>
  );
};

const sentence = (text: string): string => `Bills ${text}`;

const Head = ({ book }: { readonly book: PriceBookView }) => {
  const permissions = useQuery(meQuery).data?.permissions ?? [];
  const [isOpen, setOpen] = useState(false);
  const needs = 'cost:manage';
  const because = permissions.includes(needs)
    ? null
    : `needs the permission ${needs}; the role ${lowestRoleFor(needs)} has it`;
  return (
    <header className="experiment-head">
      <div>
        <h1>{book.title}</h1>
        {book.title.startsWith(book.vendor) ? null : <span className="quiet">{book.vendor}</span>}
      </div>
      <div className="actions">
        <Button look="primary" disabledBecause={because} onClick={() => setOpen(true)}>
          {book.own === null ? 'Give your prices' : 'Change your prices'}
        </Button>
      </div>
      <p className="experiment-line quiet">
        <Link to="/costs">Costs</Link>
        <Copyable text={book.reference} />
        <span>as of {book.day}</span>
        <span>
          {book.own === null ? (
            'list prices only'
          ) : (
            <>
              your prices: version {book.ownVersion} by {nameOf(book.own.updatedBy)}, <Time at={book.own.updatedAt} />
            </>
          )}
        </span>
      </p>
      {isOpen ? <PricesDialog book={book} onClose={() => setOpen(false)} /> : null}
    </header>
  );
};

const Charges = ({ book }: { readonly book: PriceBookView }) => (
  <ScrollRegion label="Charges">
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Charge</th>
          <th scope="col">Beyond</th>
          <th scope="col">Price</th>
          <th scope="col">Known since</th>
          <th scope="col">Prices</th>
          <th scope="col">Source</th>
        </tr>
      </thead>
      <tbody>
        {book.charges.flatMap((charge) =>
          charge.rows.map((row, index) => (
            <tr key={`${charge.sku} ${row.above}`}>
              <th scope="row">
                {index === 0 ? (
                  <>
                    {charge.title}
                    {charge.optional ? <span className="quiet"> if used</span> : null}
                  </>
                ) : (
                  <span className="only-read">{charge.title}</span>
                )}
              </th>
              <td data-label="Beyond" className="num">
                {beyond(charge, row.above)}
              </td>
              <td data-label="Price" className="num">
                {row.price === null ? (
                  <span className="quiet">–</span>
                ) : (
                  <>
                    <strong>{row.price}</strong> {row.currency} per {charge.unit}
                  </>
                )}
              </td>
              <td data-label="Known since" className="num">
                {row.effectiveFrom ?? <span className="quiet">not stated</span>}
              </td>
              <td data-label="Prices" className="keep">
                <WordMark word={PRICE_WORDS[row.confidence]} />
              </td>
              <td data-label="Source">{row.source}</td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  </ScrollRegion>
);

/** Where a slice begins, with what is free before it, in units of the charge. */
const beyond = ({ included, includedPerHost, per, unit }: Charge, above: number): string => {
  const fixed = (included + above) / per;
  const parts = [
    ...(fixed > 0 ? [formatNumber(fixed)] : []),
    ...(includedPerHost > 0 ? [`${formatNumber(includedPerHost / per)} a host`] : []),
  ];
  return parts.length === 0 ? 'the first' : `${parts.join(' + ')} × ${unit}`;
};
