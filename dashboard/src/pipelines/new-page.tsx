import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { lowestRoleFor } from '../../../src/access/domain/permissions.ts';
import { ApiProblem } from '../../../src/client/problem.ts';
import type { PipelineOrigin } from '../../../src/pipelines/domain/revision.ts';
import type { Template } from '../../../src/pipelines/domain/template.ts';
import { meQuery, templatesQuery } from '../api/queries.ts';
import { api } from '../session/session.ts';
import { parameterTexts } from '../templates/parameter-values.ts';
import { Button } from '../ui/button.tsx';
import { FailureLine } from '../ui/failure-line.tsx';
import { FindingsProvider } from '../ui/field.tsx';
import { Loaded, Refused, Skeleton } from '../ui/states.tsx';
import { TextField } from '../ui/text-field.tsx';
import { type Draft, FIRST_SETTINGS, isSameDraft, originOf } from './draft.ts';
import { DraftEditor } from './draft-editor.tsx';
import { useLeaveGuard } from './leave-guard.ts';

/** A new pipeline: its name, and what the collector is to do. */
export const NewPipelinePage = () => {
  const me = useQuery(meQuery);
  const templates = useQuery(templatesQuery);
  const needed = 'pipeline:write';
  if (me.data !== undefined && !me.data.permissions.includes(needed)) {
    return <Refused permission={needed} role={lowestRoleFor(needed)} />;
  }
  return (
    <>
      <title>New pipeline · Phoenix</title>
      <div className="page-head">
        <h1>New pipeline</h1>
      </div>
      <Loaded query={templates} what="The templates" skeleton={<Skeleton lines={6} height={420} />}>
        {(known) => <NewForm templates={known} owner={me.data?.email ?? ''} />}
      </Loaded>
    </>
  );
};

interface Details {
  readonly name: string;
  readonly team: string;
  readonly owner: string;
  readonly description: string;
}

const NewForm = ({ templates, owner }: { readonly templates: readonly Template[]; readonly owner: string }) => {
  const { template, parameters = {} } = useSearch({ from: '/frame/pipelines/new' });
  const [first] = useState<Draft>(
    template === undefined
      ? { kind: 'settings', yaml: FIRST_SETTINGS }
      : { kind: 'template', template, values: parameterTexts(parameters) },
  );
  const [draft, setDraft] = useState(first);
  const [details, setDetails] = useState<Details>({ name: '', team: '', owner: '', description: '' });
  const create = useCreate();
  useLeaveGuard(!isSameDraft(draft, first) && !create.isPending && !create.isSuccess);
  const origin = originOf(draft, templates);
  const because =
    details.name.trim().length < 3
      ? 'give it a name of at least 3 characters'
      : origin === null
        ? 'it has no settings yet'
        : null;
  const save = (): void => {
    if (because === null && origin !== null) create.mutate({ details, origin });
  };
  const field = (name: keyof Details) => ({
    pointer: `/${name}`,
    value: details[name],
    onChange: (text: string) => setDetails((before) => ({ ...before, [name]: text })),
  });
  return (
    <FindingsProvider findings={create.error instanceof ApiProblem ? create.error.errors : []}>
      <form className="pipeline-form" onSubmit={(event) => event.preventDefault()}>
        <div className="pipeline-details">
          <TextField label="Name" {...field('name')} maxLength={100} placeholder="web hosts" />
          <TextField label="Owner" {...field('owner')} maxLength={128} placeholder={owner} />
          <TextField label="Team" {...field('team')} maxLength={40} placeholder="none" />
          <TextField label="About" {...field('description')} maxLength={1024} placeholder="what it is for" />
        </div>
        <div className="save-bar">
          <Button look="primary" isBusy={create.isPending} disabledBecause={because} onClick={save}>
            {create.isPending ? 'Saving…' : 'Save as draft'}
          </Button>
          <span className="quiet">Findings are saved with it; only publishing needs a revision without errors.</span>
          <FailureLine failure={create.error} />
        </div>
        <DraftEditor draft={draft} templates={templates} onChange={setDraft} onSave={save} />
      </form>
    </FindingsProvider>
  );
};

const useCreate = () => {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async ({ details, origin }: { readonly details: Details; readonly origin: PipelineOrigin }) => {
      const { name, team, owner, description } = details;
      const { body } = await api.createPipeline({
        body: {
          name: name.trim(),
          origin,
          ...(team.trim() === '' ? {} : { team: team.trim() }),
          ...(owner.trim() === '' ? {} : { owner: owner.trim() }),
          ...(description.trim() === '' ? {} : { description: description.trim() }),
        },
      });
      return body.id;
    },
    onSuccess: async (pipelineId) => {
      void client.invalidateQueries({ queryKey: ['pipelines'] });
      await navigate({ to: '/pipelines/$pipelineId', params: { pipelineId }, ignoreBlocker: true });
    },
  });
};
