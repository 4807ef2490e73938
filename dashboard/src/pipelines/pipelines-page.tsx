import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { PipelineView } from '../../../src/pipelines/contract/views.ts';
import { PIPELINE_STATUSES } from '../../../src/pipelines/domain/pipeline.ts';
import { originName } from '../../../src/pipelines/domain/revision.ts';
import type { Template } from '../../../src/pipelines/domain/template.ts';
import { meQuery, pipelinesQuery, templatesQuery } from '../api/queries.ts';
import { isWorthTrying } from '../templates/for-experiments.ts';
import { WordMark } from '../ui/chips.tsx';
import { Choice } from '../ui/choice.tsx';
import { Icon } from '../ui/icon.tsx';
import { isFound, SearchField } from '../ui/search-field.tsx';
import { Empty, Loaded, NoMatch, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { findingsWord } from './editor/findings-list.tsx';
import { PIPELINE_WORDS } from './words.ts';

/** What this tenant owns, and the templates to begin with. */
export const PipelinesPage = () => {
  const search = useSearch({ from: '/frame/pipelines' });
  const navigate = useNavigate({ from: '/pipelines' });
  const query = useQuery(pipelinesQuery({ status: search.status }));
  const templates = useQuery(templatesQuery);
  return (
    <>
      <title>Pipelines · Phoenix</title>
      <div className="page-head">
        <h1>Pipelines</h1>
        <NewButton />
      </div>
      <section className="stack-tight" aria-labelledby="owned">
        <h2 id="owned">Ours</h2>
        <Filters />
        <Loaded query={query} what="The list of pipelines" skeleton={<Skeleton lines={4} />}>
          {(pipelines) => {
            const found = pipelines.filter(({ name, id, owner, team, description }) =>
              isFound(search.q ?? '', [name, id, owner, team ?? '', description]),
            );
            if (pipelines.length === 0 && search.status === undefined) return <NoPipelines />;
            return found.length === 0 ? (
              <NoMatch things="pipelines" onClear={() => void navigate({ search: {} })}>
                No pipeline fits this search and this status.
              </NoMatch>
            ) : (
              <PipelineTable pipelines={found} />
            );
          }}
        </Loaded>
      </section>
      <section className="stack-tight catalog" aria-labelledby="catalog">
        <div className="panel-head">
          <h2 id="catalog">Templates</h2>
          <p className="quiet">Tested with the real collector; a change is a new version.</p>
        </div>
        <Loaded query={templates} what="The catalog of templates" skeleton={<Skeleton lines={3} height={160} />}>
          {(known) => (
            <ul className="catalog-cards">
              {known.map((template) => (
                <TemplateCard key={template.name} template={template} />
              ))}
            </ul>
          )}
        </Loaded>
      </section>
    </>
  );
};

const useMayWrite = (): boolean | undefined => useQuery(meQuery).data?.permissions.includes('pipeline:write');

const NewButton = () =>
  useMayWrite() === false ? null : (
    <Link to="/pipelines/new" className="button button-primary">
      <Icon name="plus" /> New pipeline
    </Link>
  );

const Filters = () => {
  const search = useSearch({ from: '/frame/pipelines' });
  const navigate = useNavigate({ from: '/pipelines' });
  const set = (change: Record<string, string | undefined>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <search className="filters">
      <SearchField label="Search in name, id, owner and team" value={search.q} onChange={(q) => set({ q })} />
      <Choice
        label="Status"
        value={search.status}
        options={PIPELINE_STATUSES.map((status) => [status, PIPELINE_WORDS[status].word])}
        onChange={(status) => set({ status })}
      />
    </search>
  );
};

const PipelineTable = ({ pipelines }: { readonly pipelines: readonly PipelineView[] }) => (
  <table className="table list-table">
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">Status</th>
        <th scope="col">Newest revision</th>
        <th scope="col">Findings</th>
        <th scope="col">Of</th>
        <th scope="col" className="cell-owner">
          Owner
        </th>
        <th scope="col">Updated</th>
      </tr>
    </thead>
    <tbody>
      {pipelines.map((each) => (
        <tr key={each.id}>
          <td data-label="Name" className="cell-name">
            <Link to="/pipelines/$pipelineId" params={{ pipelineId: each.id }}>
              {each.name}
            </Link>
            {each.description === '' ? null : <p className="row-sentence">{each.description}</p>}
          </td>
          <td data-label="Status">
            <span>
              <WordMark word={PIPELINE_WORDS[each.status]} />
              {each.published === null ? null : <span className="num quiet"> revision {each.published.revision}</span>}
            </span>
          </td>
          <td data-label="Newest" className="num">
            {each.latest.number}
          </td>
          <td data-label="Findings">
            <WordMark word={findingsWord(each.latest)} />
          </td>
          <td data-label="Of">{originName(each.latest.origin)}</td>
          <td data-label="Owner" className="cell-owner">
            {each.team === null ? each.owner : `${each.owner}, ${each.team}`}
          </td>
          <td data-label="Updated">
            <Time at={each.updatedAt} />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

const TemplateCard = ({ template }: { readonly template: Template }) => {
  const mayWrite = useMayWrite() === true;
  return (
    <li className="card">
      <h3>
        {template.title} <span className="quiet num">{template.version}</span>
      </h3>
      <p>{template.summary}</p>
      <p className="quiet">
        {template.kind} · {template.lever}
      </p>
      <p className="card-actions">
        <Link to="/templates/$name" params={{ name: template.name }} className="button">
          <span className="only-read">{template.title}: </span>Look at it
        </Link>
        {mayWrite ? (
          <Link to="/pipelines/new" search={{ template: template.name }} className="button">
            <span className="only-read">{template.title}: </span>Make a pipeline of it
          </Link>
        ) : null}
        {isWorthTrying(template) ? (
          <Link to="/experiments/new" search={{ candidate: template.name }} className="button">
            <span className="only-read">{template.title}: </span>Try as experiment
          </Link>
        ) : null}
      </p>
    </li>
  );
};

const NoPipelines = () => {
  const mayWrite = useMayWrite() === true;
  return (
    <Empty
      title="No pipeline yet"
      action={
        mayWrite ? (
          <Link to="/pipelines/new" className="button button-primary">
            <Icon name="plus" /> Write or import one
          </Link>
        ) : (
          <p className="quiet">
            Writing one needs <code>pipeline:write</code>, which the role experimenter has.
          </p>
        )
      }
    >
      <p>
        A pipeline is what a collector does, owned by somebody: made of a template or of your own settings, saved as
        revisions that never change, and published when it has no errors. Experiments compare its revisions.
      </p>
      <p>What runs today can be imported as it is: comments stay, and secrets become references.</p>
    </Empty>
  );
};
