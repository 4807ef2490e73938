import { Link } from '@tanstack/react-router';
import type { PriceBookView } from '../../../src/cost/contract/routes.ts';
import type { Word } from '../format/words.ts';
import { WordMark } from '../ui/chips.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { Time } from '../ui/time.tsx';

/** Every price book, and whose prices are in it. */
export const PriceBooks = ({ books }: { readonly books: readonly PriceBookView[] }) => (
  <ScrollRegion label="Price books">
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Price book</th>
          <th scope="col">Bills</th>
          <th scope="col">Prices</th>
          <th scope="col">Version</th>
          <th scope="col">Yours</th>
        </tr>
      </thead>
      <tbody>
        {books.map((book) => (
          <tr key={book.id}>
            <th scope="row">
              <Link to="/costs/$priceBookId" params={{ priceBookId: book.id }}>
                {book.title}
              </Link>
            </th>
            <td data-label="Bills">{book.billedOn}</td>
            <td data-label="Prices" className="keep">
              <WordMark word={pricesWord(book)} />
            </td>
            <td data-label="Version" className="keep">
              <code>{book.reference.split('@')[1]}</code>
            </td>
            <td data-label="Yours" className="keep">
              {book.own === null ? <span className="quiet">–</span> : <Time at={book.own.updatedAt} />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollRegion>
);

export const pricesWord = ({ charges }: Pick<PriceBookView, 'charges'>): Word => {
  const rows = charges.filter(({ optional }) => !optional).flatMap((charge) => charge.rows);
  if (rows.some(({ confidence }) => confidence === 'none')) return { word: 'needs your price', tone: 'unclear' };
  if (rows.some(({ confidence }) => confidence === 'contract')) return { word: 'yours', tone: 'good' };
  return rows.some(({ confidence }) => confidence === 'assumed')
    ? { word: 'list, partly assumed', tone: 'unclear' }
    : { word: 'list', tone: 'neutral' };
};
