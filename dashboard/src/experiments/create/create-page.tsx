import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { lowestRoleFor } from '../../../../src/access/domain/permissions.ts';
import { ApiProblem } from '../../../../src/client/problem.ts';
import type { Cluster } from '../../../../src/clusters/domain/cluster.ts';
import { describeDuration } from '../../../../src/kernel/duration.ts';
import type { PipelineId } from '../../../../src/kernel/identity.ts';
import { counted } from '../../../../src/kernel/words.ts';
import type { Template } from '../../../../src/pipelines/domain/template.ts';
import { failureLine } from '../../api/failures.ts';
import {
  clustersQuery,
  meQuery,
  pipelinesQuery,
  revisionQuery,
  type SettingsInput,
  startFailureKey,
  templatesQuery,
  validateQuery,
} from '../../api/queries.ts';
import { PreviewPanel, type PreviewQuestion } from '../../pipelines/preview/preview-panel.tsx';
import { api } from '../../session/session.ts';
import { isForExperiments } from '../../templates/for-experiments.ts';
import { Button } from '../../ui/button.tsx';
import { FailureLine } from '../../ui/failure-line.tsx';
import { FindingsProvider } from '../../ui/field.tsx';
import { Loaded, Refused, Skeleton } from '../../ui/states.tsx';
import { useSettled } from '../../ui/use-settled.ts';
import { type CheckAnswer, Checks } from './checks.tsx';
import { CriteriaPart } from './criteria-part.tsx';
import { EMPTY_FORM, type ExperimentForm, readForm } from './form.ts';
import { PipelinesPart } from './pipelines-part.tsx';
import { TargetPart } from './target-part.tsx';

/** One page: the question in sentences at the left, what would come of it at the right, live. */
export const CreatePage = () => {
  const me = useQuery(meQuery);
  const templates = useQuery(templatesQuery);
  const clusters = useQuery(clustersQuery);
  const needed = 'experiment:create';
  if (me.data !== undefined && !me.data.permissions.includes(needed)) {
    return <Refused permission={needed} role={lowestRoleFor(needed)} />;
  }
  return (
    <>
      <title>New experiment · Phoenix</title>
      <div className="page-head">
        <h1>New experiment</h1>
      </div>
      <Loaded query={templates} what="The templates" skeleton={<Skeleton lines={6} height={420} />}>
        {(knownTemplates) => (
          <Loaded query={clusters} what="The clusters" skeleton={<Skeleton lines={6} height={420} />}>
            {(knownClusters) => (
              <CreateForm templates={knownTemplates.filter(isForExperiments)} clusters={knownClusters} />
            )}
          </Loaded>
        )}
      </Loaded>
    </>
  );
};

const firstForm = (
  templates: readonly Template[],
  clusters: readonly Cluster[],
  { candidate, baseline }: { readonly candidate?: string | undefined; readonly baseline?: string | undefined },
): ExperimentForm => ({
  ...EMPTY_FORM,
  baseline: {
    runs: baseline ?? templates.find(({ kind }) => kind === 'baseline')?.name ?? '',
    parameters: {},
  },
  candidate: {
    runs: candidate ?? templates.find(({ kind }) => kind === 'optimized')?.name ?? '',
    parameters: {},
  },
  clusterId: clusters.length === 1 ? (clusters[0]?.id ?? '') : '',
});

const CreateForm = ({
  templates,
  clusters,
}: {
  readonly templates: readonly Template[];
  readonly clusters: readonly Cluster[];
}) => {
  const search = useSearch({ from: '/frame/experiments/new' });
  const [form, setForm] = useState(() => firstForm(templates, clusters, search));
  const pipelines = useQuery(pipelinesQuery()).data ?? [];
  const deferred = useDeferredValue(form);
  const clusterName = clusters.find(({ id }) => id === form.clusterId)?.settings.name;
  const { settings, errors } = readForm(deferred, templates, clusterName, pipelines);
  const settled = useSettled(settings);
  const checks = useQuery({
    ...validateQuery(settled ?? ({} as SettingsInput)),
    enabled: settled !== null,
  });
  const create = useCreate();
  const fromApi = [checks.error, create.error].flatMap((each) => (each instanceof ApiProblem ? each.errors : []));
  const findings = [...errors, ...(errors.length > 0 ? [] : (checks.data?.findings ?? [])), ...fromApi];
  const change = (part: Partial<ExperimentForm>) => setForm((before) => ({ ...before, ...part }));

  return (
    <FindingsProvider findings={findings}>
      <div className="create">
        <form className="create-form" onSubmit={(event) => event.preventDefault()}>
          <PipelinesPart
            form={form}
            templates={templates}
            pipelines={pipelines}
            clusterName={clusterName}
            onChange={change}
          />
          <TargetPart form={form} clusters={clusters} settings={settled} onChange={change} />
          <CriteriaPart form={form} onChange={change} />
        </form>
        <aside className="create-checks" aria-label="What would come of it">
          <Checks settings={settings} checks={checks} findings={findings} />
          <Submit settings={settings} create={create} checks={checks.data} isFound={findings.length > 0} />
          <Foreseen settings={settled} />
        </aside>
      </div>
    </FindingsProvider>
  );
};

/** Looks ahead at what the form asks for; a revision is looked at with its own settings, once they are here. */
const Foreseen = ({ settings }: { readonly settings: SettingsInput | null }) => {
  const baseline = useSide(settings?.baselinePipeline);
  const candidate = useSide(settings?.candidatePipeline);
  if (settings === null || baseline === null || candidate === null) return <PreviewPanel question={null} />;
  const { criticalProcesses = [], collectionIntervalSeconds = 10 } = settings;
  const question = { baseline, candidate, criticalProcesses: [...criticalProcesses], collectionIntervalSeconds };
  return <PreviewPanel question={question} />;
};

const useSide = (pipeline: SettingsInput['baselinePipeline'] | undefined): PreviewQuestion['baseline'] | null => {
  const reference = pipeline === undefined || 'template' in pipeline ? null : pipeline;
  const revision = useQuery({
    ...revisionQuery((reference?.pipelineId ?? '') as PipelineId, reference?.revision ?? 0),
    enabled: reference?.revision !== undefined,
  });
  if (pipeline !== undefined && 'template' in pipeline) return pipeline;
  return revision.data === undefined ? null : { yaml: revision.data.yaml };
};

interface CreateRequest {
  readonly settings: SettingsInput;
  readonly start: boolean;
}

const useCreate = () => {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async ({ settings, start }: CreateRequest) => {
      const { body } = await api.createExperiment({ body: settings });
      if (start) {
        // the draft is there whatever becomes of the start: its page says why it did not start, and offers it again
        await api
          .startExperiment({ params: { experimentId: body.id }, ifMatch: body.version })
          .catch((failure: unknown) => client.setQueryData(startFailureKey(body.id), failureLine(failure)));
      }
      return body.id;
    },
    onSuccess: async (experimentId) => {
      void client.invalidateQueries({ queryKey: ['experiments'] });
      await navigate({ to: '/experiments/$experimentId', params: { experimentId } });
    },
  });
};

const Submit = ({
  settings,
  create,
  checks,
  isFound,
}: {
  readonly settings: SettingsInput | null;
  readonly create: ReturnType<typeof useCreate>;
  readonly checks: CheckAnswer | undefined;
  readonly isFound: boolean;
}) => {
  const isUnready = settings === null || isFound;
  const free = checks?.nodes.filter(({ heldBy }) => heldBy === null).length;
  const because = isUnready
    ? 'some fields need a change first; they say what'
    : free === 0
      ? 'no node is free'
      : checks === undefined
        ? 'it is being checked'
        : null;
  const send = (start: boolean) => {
    if (settings !== null) create.mutate({ settings, start });
  };
  return (
    <div className="create-submit">
      <FailureLine failure={create.error} />
      <Button look="primary" icon="play" isBusy={create.isPending} disabledBecause={because} onClick={() => send(true)}>
        {create.isPending
          ? 'Starting…'
          : checks === undefined || free === undefined || isUnready
            ? 'Start'
            : `Start on ${counted(free, 'node')} for ${describeDuration(checks.totalSeconds)}`}
      </Button>
      <Button
        isBusy={create.isPending}
        disabledBecause={settings === null ? 'some fields cannot be read; they say why' : null}
        onClick={() => send(false)}
      >
        Save as draft
      </Button>
    </div>
  );
};
