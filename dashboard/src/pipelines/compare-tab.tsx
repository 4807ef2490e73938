import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { counted } from '../../../src/kernel/words.ts';
import type { PipelineView } from '../../../src/pipelines/contract/views.ts';
import type { PipelineDiff, SettingsChange } from '../../../src/pipelines/domain/diff.ts';
import { pipelineDiffQuery, revisionQuery } from '../api/queries.ts';
import { Diff } from '../ui/diff.tsx';
import { Empty, Loaded, Skeleton } from '../ui/states.tsx';
import { variantText } from './variant-text.ts';

/** What one revision does differently from another, each difference in a sentence. */
export const CompareTab = ({ view }: { readonly view: PipelineView }) => {
  const { from, to } = useRange(view);
  const navigate = useNavigate({ from: '/pipelines/$pipelineId' });
  const query = useQuery(pipelineDiffQuery(view.id, from, to));
  const numbers = Array.from({ length: view.latest.number }, (_, index) => view.latest.number - index);
  const set = (change: { readonly from?: number; readonly to?: number }) =>
    void navigate({ search: (before) => ({ ...before, from, to, ...change }), replace: true });
  if (view.latest.number === 1) {
    return (
      <Empty title="There is one revision so far">
        <p>As soon as a second one is saved, this page says what it does differently.</p>
      </Empty>
    );
  }
  return (
    <div className="stack-tight">
      <div className="filters">
        <Pick label="From revision" value={from} numbers={numbers} onChange={(next) => set({ from: next })} />
        <Pick label="to revision" value={to} numbers={numbers} onChange={(next) => set({ to: next })} />
        <Link
          to="/experiments/new"
          search={{ candidate: variantText(view.id, to), baseline: variantText(view.id, from) }}
          className="button"
        >
          Measure the difference
        </Link>
      </div>
      <Loaded query={query} what="The comparison" skeleton={<Skeleton lines={5} />}>
        {(diff) => <Changes diff={diff} />}
      </Loaded>
      <details>
        <summary>Both texts, line by line</summary>
        <Texts view={view} from={from} to={to} />
      </details>
    </div>
  );
};

const useRange = ({ latest }: PipelineView) => {
  const { from, to } = useSearch({ from: '/frame/pipelines/$pipelineId' });
  const newest = latest.number;
  const known = (number: number | undefined, otherwise: number) =>
    number !== undefined && number >= 1 && number <= newest ? number : otherwise;
  return { from: known(from, Math.max(1, newest - 1)), to: known(to, newest) };
};

const Pick = ({
  label,
  value,
  numbers,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly numbers: readonly number[];
  readonly onChange: (number: number) => void;
}) => (
  <label className="choice">
    <span className="quiet">{label}</span>
    <select value={value} onChange={({ target }) => onChange(Number(target.value))}>
      {numbers.map((number) => (
        <option key={number} value={number}>
          {number}
        </option>
      ))}
    </select>
  </label>
);

const SIGN = { added: '+', removed: '−', changed: '~' } as const;

const Changes = ({ diff: { origin, settings } }: { readonly diff: PipelineDiff }) => {
  const changes = [...origin, ...settings];
  if (changes.length === 0) {
    return (
      <p>
        Both do the same. What may differ is only how it is written: comments, order of keys, names of before, units.
      </p>
    );
  }
  return (
    <section aria-label="Differences">
      <p className="quiet">{counted(changes.length, 'difference')} in what a collector would do</p>
      <ul className="changes">
        {changes.map((change) => (
          <li key={`${change.pointer} ${change.sentence}`} className={`change change-${change.kind}`}>
            <span className="change-sign" aria-hidden="true">
              {SIGN[change.kind]}
            </span>
            <span className="change-text">
              <span className="only-read">{change.kind}: </span>
              {change.sentence}
              <code className="quiet">{change.pointer}</code>
              <Values change={change} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
};

/** Small values are in the sentence already. */
const Values = ({ change: { before, after } }: { readonly change: SettingsChange }) => {
  const given = [before, after].filter((value) => typeof value === 'object' && value !== null);
  if (given.length === 0) return null;
  return (
    <details>
      <summary>values</summary>
      <pre>{given.map((value) => JSON.stringify(value, null, 2)).join('\n→\n')}</pre>
    </details>
  );
};

const Texts = ({ view, from, to }: { readonly view: PipelineView; readonly from: number; readonly to: number }) => {
  const before = useQuery(revisionQuery(view.id, from));
  const after = useQuery(revisionQuery(view.id, to));
  return (
    <Loaded query={before} what={`Revision ${from}`} skeleton={<Skeleton lines={6} />}>
      {(one) => (
        <Loaded query={after} what={`Revision ${to}`} skeleton={<Skeleton lines={6} />}>
          {(other) => (
            <Diff before={one.yaml} after={other.yaml} beforeName={`revision ${from}`} afterName={`revision ${to}`} />
          )}
        </Loaded>
      )}
    </Loaded>
  );
};
