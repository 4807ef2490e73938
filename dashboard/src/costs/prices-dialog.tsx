import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiProblem } from '../../../src/client/problem.ts';
import type { PriceBookView } from '../../../src/cost/contract/routes.ts';
import type { Charge } from '../../../src/cost/domain/price-book.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FailureLine } from '../ui/failure-line.tsx';
import { Field, FindingsProvider } from '../ui/field.tsx';
import { type PriceForm, priceFormOf, rowsOf } from './price-form.ts';

/** Prices of a contract, charge by charge: an empty price leaves the charge to the list. */
export const PricesDialog = ({ book, onClose }: { readonly book: PriceBookView; readonly onClose: () => void }) => {
  const client = useQueryClient();
  const [form, setForm] = useState<PriceForm>(() => priceFormOf(book));
  const change = useMutation({
    mutationFn: () =>
      api.changePrices({ params: { priceBookId: book.id }, ifMatch: book.ownVersion, body: rowsOf(book, form) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['costs'] });
      onClose();
    },
  });
  const findings = change.error instanceof ApiProblem ? change.error.errors : [];
  const given = book.charges.filter(({ sku }) => (form.prices[sku] ?? '').trim() !== '');
  return (
    <Dialog title={`Your prices of ${book.title}`} onClose={onClose}>
      <p>
        They are laid over the list from their day on, as version {book.ownVersion + 1}, for everybody in your tenant.
        Earlier versions stay readable, and figures that were made with them name them.
      </p>
      <FindingsProvider findings={findings}>
        <form
          className="prices-form"
          onSubmit={(event) => {
            event.preventDefault();
            change.mutate();
          }}
        >
          {book.charges.map((charge) => (
            <PriceField
              key={charge.sku}
              charge={charge}
              pointer={`/rows/${given.indexOf(charge)}/tiers`}
              text={form.prices[charge.sku] ?? ''}
              onChange={(text) => setForm({ ...form, prices: { ...form.prices, [charge.sku]: text } })}
            />
          ))}
          <Field label="Currency" pointer="/rows/0/currency" hint="one for the whole book">
            {(control) => (
              <input
                {...control}
                value={form.currency}
                onChange={({ target }) => setForm({ ...form, currency: target.value })}
              />
            )}
          </Field>
          <Field label="From" pointer="/rows/0/effective_from" hint="the first day">
            {(control) => (
              <input
                {...control}
                type="date"
                value={form.effectiveFrom}
                onChange={({ target }) => setForm({ ...form, effectiveFrom: target.value })}
              />
            )}
          </Field>
          <Field label="Where it stands" pointer="/rows/0/source" hint="for whoever wonders: order form 2026-114">
            {(control) => (
              <input
                {...control}
                value={form.source}
                onChange={({ target }) => setForm({ ...form, source: target.value })}
              />
            )}
          </Field>
          <Field
            label="Bytes per point"
            pointer="/usage/bytes_per_point"
            hint="as this vendor counts them; empty: not known"
          >
            {(control) => (
              <input
                {...control}
                value={form.bytesPerPoint}
                onChange={({ target }) => setForm({ ...form, bytesPerPoint: target.value })}
              />
            )}
          </Field>
          <FailureLine failure={change.error} />
          <p className="quiet">
            Tiers and what is included: <code>phoenix cost prices set {book.id} -f prices.yaml</code>
          </p>
          <div className="dialog-actions">
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" look="primary" isBusy={change.isPending}>
              {given.length === 0
                ? 'Keep the list'
                : `Lay ${given.length === 1 ? 'this price' : `${given.length} prices`} over the list`}
            </Button>
          </div>
        </form>
      </FindingsProvider>
    </Dialog>
  );
};

const PriceField = ({
  charge,
  pointer,
  text,
  onChange,
}: {
  readonly charge: Charge;
  readonly pointer: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
}) => (
  <Field label={charge.title} pointer={pointer} hint={`per ${charge.unit}${charge.optional ? ', if used' : ''}`}>
    {(control) => (
      <input
        {...control}
        value={text}
        placeholder={charge.rows.map(({ price }) => price ?? 'not known').join(', ')}
        inputMode="decimal"
        onChange={({ target }) => onChange(target.value)}
      />
    )}
  </Field>
);
