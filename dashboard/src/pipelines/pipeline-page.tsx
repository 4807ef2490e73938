import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { PipelineView } from '../../../src/pipelines/contract/views.ts';
import { pipelineQuery, templatesQuery } from '../api/queries.ts';
import { nameOf } from '../format/words.ts';
import { WordMark } from '../ui/chips.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Loaded, Skeleton } from '../ui/states.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { Time } from '../ui/time.tsx';
import { PipelineActions } from './actions.tsx';
import { CompareTab } from './compare-tab.tsx';
import { ExportTab } from './export-tab.tsx';
import { RevisionsTab } from './revisions-tab.tsx';
import { SettingsTab } from './settings-tab.tsx';
import { PIPELINE_TABS, PIPELINE_WORDS } from './words.ts';

type Tab = (typeof PIPELINE_TABS)[number];

/** One pipeline: what it is, its settings, what they were before, and the way to a cluster. */
export const PipelinePage = () => {
  const { pipelineId } = useParams({ from: '/frame/pipelines/$pipelineId' });
  const query = useQuery(pipelineQuery(pipelineId));
  return (
    <Loaded
      query={query}
      what="This pipeline"
      stillWorks="What runs on clusters goes on."
      skeleton={<Skeleton lines={6} height={480} />}
    >
      {(view) => (
        <>
          <title>{`${view.name} · Phoenix`}</title>
          <Head view={view} />
          <Parts view={view} />
        </>
      )}
    </Loaded>
  );
};

const Head = ({ view }: { readonly view: PipelineView }) => (
  <header className="experiment-head">
    <div>
      <h1>{view.name}</h1>
      <WordMark word={PIPELINE_WORDS[view.status]} />
      {view.published === null ? null : (
        <span className="quiet">
          revision <span className="num">{view.published.revision}</span>, <Time at={view.published.at} />
        </span>
      )}
    </div>
    <PipelineActions view={view} />
    <p className="experiment-line quiet">
      <Copyable text={view.id} />
      <span>
        owned by {view.owner}
        {view.team === null ? '' : `, team ${view.team}`}
      </span>
      <span>
        by {nameOf(view.createdBy)}, <Time at={view.createdAt} />
      </span>
      {Object.entries(view.labels).map(([key, value]) => (
        <code key={key}>{value === '' ? key : `${key}=${value}`}</code>
      ))}
      {view.description === '' ? null : <span>{view.description}</span>}
      {view.deprecation === null ? null : <span>deprecated: {view.deprecation.reason}</span>}
    </p>
  </header>
);

const TAB_WORDS: Readonly<Record<Tab, string>> = {
  settings: 'Settings',
  revisions: 'Revisions',
  compare: 'Compare',
  export: 'Export',
};

const Parts = ({ view }: { readonly view: PipelineView }) => {
  const { tab = 'settings' } = useSearch({ from: '/frame/pipelines/$pipelineId' });
  const templates = useQuery(templatesQuery);
  return (
    <>
      <Tabs label="Parts of the pipeline" tabs={PIPELINE_TABS} words={TAB_WORDS} chosen={tab}>
        {(link, part) => (
          <Link {...link} from="/pipelines/$pipelineId" to="." search={(before) => ({ ...before, tab: part })} />
        )}
      </Tabs>
      {/* stays while another part is looked at: what is being written must not be lost */}
      <div hidden={tab !== 'settings'}>
        <Loaded query={templates} what="The templates" skeleton={<Skeleton lines={6} height={420} />}>
          {(known) => <SettingsTab view={view} templates={known} />}
        </Loaded>
      </div>
      {CONTENT[tab](view)}
    </>
  );
};

const CONTENT: Readonly<Record<Tab, (view: PipelineView) => ReactNode>> = {
  settings: () => null,
  revisions: (view) => <RevisionsTab view={view} />,
  compare: (view) => <CompareTab view={view} />,
  export: (view) => <ExportTab view={view} />,
};
