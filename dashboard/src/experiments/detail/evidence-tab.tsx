import { useMutation, useQuery } from '@tanstack/react-query';
import { toWire } from '../../../../src/client/wire.ts';
import { EvidenceBundle, type ExperimentView, type Look } from '../../../../src/experiments/contract/views.ts';
import type { NamedQuery } from '../../../../src/measurement/domain/sample.ts';
import { looksQuery, namedQueriesQuery } from '../../api/queries.ts';
import { formatClock } from '../../format/times.ts';
import { VERDICT_WORDS } from '../../format/words.ts';
import { api } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { CodeBlock, Copyable } from '../../ui/copy.tsx';
import { FailureLine } from '../../ui/failure-line.tsx';
import { saveFile } from '../../ui/save-file.ts';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';

/** Everything that the verdict rests on, to read here, to take along, and to judge again somewhere else. */
export const EvidenceTab = ({ view }: { readonly view: ExperimentView }) => (
  <div className="stack">
    <Replay view={view} />
    <Looks view={view} />
    <Queries view={view} />
  </div>
);

const Replay = ({ view }: { readonly view: ExperimentView }) => {
  const file = `${view.id}-epoch-${view.epoch}.json`;
  const download = useMutation({
    mutationFn: async () => {
      const { body } = await api.exportEvidence({ params: { experimentId: view.id } });
      saveFile(file, JSON.stringify(toWire(EvidenceBundle, body), null, 2));
    },
  });
  return (
    <section>
      <div className="panel-head">
        <h2>Take it along</h2>
        <Button icon="download" isBusy={download.isPending} onClick={() => download.mutate()}>
          {download.isPending ? 'Collecting…' : 'Download the evidence'}
        </Button>
      </div>
      <FailureLine failure={download.error} />
      <p>
        One file with settings, queries, samples, looks, and the judge's own input and answer. The same code gives the
        same verdict from it, bit for bit, without any of our services:
      </p>
      <CodeBlock text={`phoenix judge ${file}`} label="Command that judges the evidence again" />
    </section>
  );
};

const Looks = ({ view }: { readonly view: ExperimentView }) => {
  const query = useQuery(looksQuery(view));
  return (
    <section>
      <h2>Looks</h2>
      <Loaded query={query} what="The list of looks">
        {(looks) =>
          looks.length === 0 ? (
            <Empty title="No look yet">
              <p>A look judges all slots so far. The first one comes after the warm-up and a few slots.</p>
            </Empty>
          ) : (
            <LookTable looks={looks} />
          )
        }
      </Loaded>
    </section>
  );
};

const LookTable = ({ looks }: { readonly looks: readonly Look[] }) => (
  <ScrollRegion label="Looks">
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Slot</th>
          <th scope="col">At</th>
          <th scope="col">What was known</th>
          <th scope="col">Slots</th>
          <th scope="col">Input</th>
          <th scope="col">Code</th>
        </tr>
      </thead>
      <tbody>
        {looks.toReversed().map((look) => (
          <tr key={`${look.epoch} ${look.slot}`}>
            <td data-label="Slot" className="num">
              {look.slot}
            </td>
            <td data-label="At" className="num">
              {formatClock(look.at)}
            </td>
            <td data-label="Known">
              {look.sentence}
              {look.verdictSoFar === null ? null : (
                <span className="quiet"> → {VERDICT_WORDS[look.verdictSoFar].word}</span>
              )}
            </td>
            <td data-label="Slots" className="num">
              {look.slotsUsed}
              {look.slotsMissing > 0 ? `, ${look.slotsMissing} missing` : ''}
            </td>
            <td data-label="Input">
              <Copyable text={look.inputHash} shown={look.inputHash.slice(0, 12)} />
            </td>
            <td data-label="Code">
              <Copyable text={look.codeVersion} shown={look.codeVersion.slice(0, 12)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollRegion>
);

const Queries = ({ view }: { readonly view: ExperimentView }) => {
  const query = useQuery(namedQueriesQuery(view));
  return (
    <section>
      <h2>Queries as they are run</h2>
      <Loaded query={query} what="The queries">
        {(queries) =>
          queries.length === 0 ? (
            <p className="quiet">Queries are known from the start on.</p>
          ) : (
            <QueryList queries={queries} />
          )
        }
      </Loaded>
    </section>
  );
};

const QueryList = ({ queries }: { readonly queries: readonly NamedQuery[] }) => (
  <dl className="query-list">
    {queries.map(({ metric, promql, unit }) => (
      <div key={metric}>
        <dt>
          <code>{metric}</code> <span className="quiet">{unit}</span>
        </dt>
        <dd>
          <CodeBlock text={promql} label={`Query of ${metric}`} />
        </dd>
      </div>
    ))}
  </dl>
);
