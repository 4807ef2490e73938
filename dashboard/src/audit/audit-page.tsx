import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { readWholeLog, verifyWholeLog } from '../../../src/audit/contract/read-log.ts';
import { AuditEntry, AuditOutcome } from '../../../src/audit/domain/entry.ts';
import { toWire } from '../../../src/client/wire.ts';
import { counted } from '../../../src/kernel/words.ts';
import { failureLine } from '../api/failures.ts';
import { auditQuery } from '../api/queries.ts';
import { nameOf, type Word } from '../format/words.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { WordMark } from '../ui/chips.tsx';
import { Choice } from '../ui/choice.tsx';
import { Copyable } from '../ui/copy.tsx';
import { FailureLine } from '../ui/failure-line.tsx';
import { ListFoot } from '../ui/list-foot.tsx';
import { saveFile } from '../ui/save-file.ts';
import { Empty, Loaded, NoMatch, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';

/** Who changed what, what was refused to whom, and whether the log is what was written. */
export const AuditPage = () => {
  const search = useSearch({ from: '/frame/audit' });
  const navigate = useNavigate({ from: '/audit' });
  const query = useInfiniteQuery(auditQuery(search));
  const isFiltered = Object.values(search).some((value) => value !== undefined);
  return (
    <>
      <title>Audit · Phoenix</title>
      <div className="page-head">
        <h1>Audit</h1>
        <Export />
      </div>
      <Verification />
      <Filters />
      <Loaded query={query} what="The audit log" skeleton={<Skeleton lines={8} />}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) {
            return isFiltered ? (
              <NoMatch things="entries" onClear={() => void navigate({ search: {} })}>
                No entry fits these filters.
              </NoMatch>
            ) : (
              <NothingYet />
            );
          }
          return (
            <>
              <EntryTable items={items} />
              <ListFoot query={query} known={items.length} />
            </>
          );
        }}
      </Loaded>
    </>
  );
};

const Export = () => {
  const download = useMutation({
    mutationFn: async () => {
      const entries = await readWholeLog(api.listAudit);
      saveFile('audit.ndjson', entries.map((entry) => `${JSON.stringify(toWire(AuditEntry, entry))}\n`).join(''));
    },
  });
  return (
    <>
      <Button icon="download" isBusy={download.isPending} onClick={() => download.mutate()}>
        {download.isPending ? 'Collecting…' : 'Export all entries'}
      </Button>
      <FailureLine failure={download.error} />
    </>
  );
};

/** Asked for, because the whole log is read for it. */
const Verification = () => {
  const verify = useMutation({ mutationFn: () => verifyWholeLog(api.verifyAudit) });
  const { data } = verify;
  return (
    <section className="panel audit-chain">
      <div className="panel-head">
        <h2>Chain</h2>
        {data === undefined ? null : <WordMark word={CHAIN[data.state]} />}
        <Button icon="check" isBusy={verify.isPending} onClick={() => verify.mutate()}>
          {verify.isPending ? 'Checking…' : 'Check every entry'}
        </Button>
      </div>
      <div role="status">
        {verify.error === null ? null : <p className="field-finding">{failureLine(verify.error)}</p>}
        {data === undefined ? (
          <p className="quiet">
            Each entry holds the hash of the one before, so altering or removing one shows. Entries cut off at the end
            show only against an older export.
          </p>
        ) : data.broken === null ? (
          <p>
            {counted(data.checked, 'entry', 'entries')}, nothing altered, nothing missing. The last is{' '}
            <span className="num">{data.after}</span> with hash{' '}
            <Copyable text={data.hash} shown={data.hash.slice(0, 12)} />
          </p>
        ) : (
          <p>
            {data.broken.message}. Right up to entry <span className="num">{data.after}</span>.
          </p>
        )}
      </div>
    </section>
  );
};

const CHAIN = {
  intact: { word: 'intact', tone: 'good' },
  broken: { word: 'broken', tone: 'bad' },
} as const satisfies Readonly<Record<string, Word>>;

const OUTCOMES = {
  done: { word: 'done', tone: 'good' },
  refused: { word: 'refused', tone: 'unclear' },
  failed: { word: 'failed', tone: 'bad' },
} as const satisfies Readonly<Record<AuditOutcome, Word>>;

const Filters = () => {
  const search = useSearch({ from: '/frame/audit' });
  const navigate = useNavigate({ from: '/audit' });
  const set = (change: Record<string, string | undefined>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <search className="filters">
      <TextFilter label="About" hint="id of a thing" value={search.subject} onChange={(subject) => set({ subject })} />
      <TextFilter label="By" hint="id of a person" value={search.actor} onChange={(actor) => set({ actor })} />
      <TextFilter
        label="Action"
        hint="experiment.started"
        value={search.action}
        onChange={(action) => set({ action })}
      />
      <Choice
        label="Outcome"
        value={search.outcome}
        options={AuditOutcome.options.map((outcome) => [outcome, OUTCOMES[outcome].word])}
        onChange={(outcome) => set({ outcome })}
      />
    </search>
  );
};

/** Asks when the person has finished: on Enter, or on leaving the field. */
const TextFilter = ({
  label,
  hint,
  value = '',
  onChange,
}: {
  readonly label: string;
  readonly hint: string;
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}) => {
  const tell = (text: string): void => {
    if (text.trim() !== value) onChange(text.trim() === '' ? undefined : text.trim());
  };
  return (
    <label className="choice">
      <span className="quiet">{label}</span>
      <input
        key={value}
        type="search"
        defaultValue={value}
        placeholder={hint}
        onBlur={({ target }) => tell(target.value)}
        onKeyDown={({ key, currentTarget }) => {
          if (key === 'Enter') tell(currentTarget.value);
        }}
      />
    </label>
  );
};

const EntryTable = ({ items }: { readonly items: readonly AuditEntry[] }) => (
  <table className="table">
    <thead>
      <tr>
        <th scope="col">No</th>
        <th scope="col">When</th>
        <th scope="col">Who</th>
        <th scope="col">Outcome</th>
        <th scope="col">Action</th>
        <th scope="col">Subject</th>
        <th scope="col">Request</th>
      </tr>
    </thead>
    <tbody>
      {items.map((entry) => (
        <EntryRow key={entry.position} entry={entry} />
      ))}
    </tbody>
  </table>
);

const EntryRow = ({ entry }: { readonly entry: AuditEntry }) => (
  <tr>
    <td data-label="No" className="num">
      {entry.position}
    </td>
    <td data-label="When">
      <Time at={entry.at} />
    </td>
    <td data-label="Who">{nameOf(entry.actor)}</td>
    <td data-label="Outcome">
      <WordMark word={OUTCOMES[entry.outcome]} />
    </td>
    <td data-label="Action">
      <code>{entry.action}</code>
      {entry.message === null ? null : (
        <div className="quiet">
          {entry.code}: {entry.message}
        </div>
      )}
    </td>
    <td data-label="Subject">
      {entry.subject === '' ? <span className="quiet">something new</span> : <Copyable text={entry.subject} />}
    </td>
    <td data-label="Request">
      {entry.requestId === null ? (
        <span className="quiet">–</span>
      ) : (
        <Copyable text={entry.requestId} shown={entry.requestId.slice(0, 8)} />
      )}
    </td>
  </tr>
);

const NothingYet = () => (
  <Empty title="No entry yet">
    <p>The log begins with the first change in this tenant, or with the first one that is refused.</p>
  </Empty>
);
