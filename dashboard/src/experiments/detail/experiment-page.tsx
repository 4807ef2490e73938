import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import type { ExperimentView } from '../../../../src/experiments/contract/views.ts';
import { silenceOf } from '../../../../src/experiments/domain/silence.ts';
import { clustersQuery, experimentQuery, startFailureQuery } from '../../api/queries.ts';
import { TABS } from '../../app/tabs.ts';
import { CostTab } from '../../costs/cost-tab.tsx';
import { nameOf } from '../../format/words.ts';
import { PipelineLink } from '../../pipelines/pipeline-link.tsx';
import { StateChip } from '../../ui/chips.tsx';
import { Copyable } from '../../ui/copy.tsx';
import { Loaded, Skeleton } from '../../ui/states.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Time, useNow } from '../../ui/time.tsx';
import { Actions } from './actions.tsx';
import { DeploymentTab } from './deployment-tab.tsx';
import { EvidenceTab } from './evidence-tab.tsx';
import { OverviewTab } from './overview-tab.tsx';
import { ProcessesTab } from './processes-tab.tsx';
import { progressOf } from './sentence.ts';
import { TimelineTab } from './timeline-tab.tsx';
import { Facts, VerdictPanel } from './verdict-panel.tsx';

/** One experiment: the sentence first, then what it rests on. */
export const ExperimentPage = () => {
  const { experimentId } = useParams({ from: '/frame/experiments/$experimentId' });
  const query = useQuery(experimentQuery(experimentId));
  useFreshEvidence(query.data);
  return (
    <Loaded
      query={query}
      what="This experiment"
      stillWorks="It goes on, whatever this page shows."
      skeleton={<PageSkeleton />}
    >
      {(view) => (
        <>
          <title>{`${view.name} · Phoenix`}</title>
          <Head view={view} />
          <StartFailure view={view} />
          <Silence view={view} />
          <VerdictPanel view={view} />
          <Facts view={view} />
          <Parts view={view} />
        </>
      )}
    </Loaded>
  );
};

/** The charts follow the sentence: a new slot or state asks for its evidence at once, also for the last of all. */
const useFreshEvidence = (view: ExperimentView | undefined): void => {
  const client = useQueryClient();
  const sign = view === undefined ? '' : `${view.state} ${view.slotsMeasured} ${view.latestLook?.slot} ${view.cleanup}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once per change, not per render
  useEffect(() => {
    if (view !== undefined) void client.invalidateQueries({ queryKey: ['experiment', view.id, view.epoch] });
  }, [sign]);
};

/** Created and not started: the reason came with the answer to the start and is shown where it can be tried again. */
const StartFailure = ({ view }: { readonly view: ExperimentView }) => {
  const failure = useQuery(startFailureQuery(view.id)).data ?? null;
  if (failure === null || view.state !== 'draft') return null;
  return (
    <p className="notice notice-in-page" role="alert">
      It is a draft: the start was refused. {failure}
    </p>
  );
};

/** Something of it is on a cluster that does not answer: that is why it does not get on, or is not gone yet. */
const Silence = ({ view }: { readonly view: ExperimentView }) => {
  const silence = silenceOf(view, useQuery(clustersQuery).data ?? []);
  return silence === null ? null : (
    <p className="notice notice-in-page" role="status">
      {silence} <Link to="/clusters">What is known of it</Link>
    </p>
  );
};

const Head = ({ view }: { readonly view: ExperimentView }) => {
  const progress = progressOf(view, useNow());
  return (
    <header className="experiment-head">
      <div>
        <h1>{view.name}</h1>
        <StateChip state={view.state} done={view.slotsMeasured} planned={view.slotsPlanned} />
        {progress === null ? null : <span className="num quiet">{progress}</span>}
      </div>
      <Actions view={view} />
      <p className="experiment-line quiet">
        <Copyable text={view.id} />
        <span>
          <PipelineLink pipeline={view.candidatePipeline} /> against <PipelineLink pipeline={view.baselinePipeline} />
        </span>
        {view.epoch > 1 ? <span className="num">epoch {view.epoch}</span> : null}
        <span>
          by {nameOf(view.createdBy)}, <Time at={view.createdAt} />
        </span>
        {view.description === '' ? null : <span>{view.description}</span>}
      </p>
    </header>
  );
};

const TAB_WORDS: Readonly<Record<(typeof TABS)[number], string>> = {
  overview: 'Overview',
  processes: 'Processes',
  cost: 'Cost',
  deployment: 'Deployment',
  timeline: 'Timeline',
  evidence: 'Evidence',
};

const Parts = ({ view }: { readonly view: ExperimentView }) => {
  const { tab = 'overview' } = useSearch({ from: '/frame/experiments/$experimentId' });
  return (
    <>
      <Tabs label="Parts of the experiment" tabs={TABS} words={TAB_WORDS} chosen={tab}>
        {(link, part) => (
          <Link {...link} from="/experiments/$experimentId" to="." search={(before) => ({ ...before, tab: part })} />
        )}
      </Tabs>
      {CONTENT[tab](view)}
    </>
  );
};

const CONTENT: Readonly<Record<(typeof TABS)[number], (view: ExperimentView) => ReactNode>> = {
  overview: (view) => <OverviewTab view={view} />,
  processes: (view) => <ProcessesTab view={view} />,
  cost: (view) => <CostTab view={view} />,
  deployment: (view) => <DeploymentTab view={view} />,
  timeline: (view) => <TimelineTab view={view} />,
  evidence: (view) => <EvidenceTab view={view} />,
};

const PageSkeleton = () => (
  <>
    <Skeleton lines={2} height={72} />
    <Skeleton lines={2} height={120} />
    <Skeleton lines={1} height={64} />
    <Skeleton lines={1} height={460} />
  </>
);
