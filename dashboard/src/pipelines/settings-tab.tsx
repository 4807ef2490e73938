import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiProblem } from '../../../src/client/problem.ts';
import type { PipelineView } from '../../../src/pipelines/contract/views.ts';
import { mayCommand } from '../../../src/pipelines/domain/decide-pipeline.ts';
import type { PipelineOrigin, Revision } from '../../../src/pipelines/domain/revision.ts';
import type { Template } from '../../../src/pipelines/domain/template.ts';
import { meQuery, pipelineQuery, revisionQuery } from '../api/queries.ts';
import { nameOf } from '../format/words.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { WordMark } from '../ui/chips.tsx';
import { FailureLine } from '../ui/failure-line.tsx';
import { Loaded, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { type Draft, draftOf, isSameDraft, originOf } from './draft.ts';
import { DraftEditor } from './draft-editor.tsx';
import { findingsWord } from './editor/findings-list.tsx';
import { useLeaveGuard } from './leave-guard.ts';

/** The settings of the newest revision, or of the one in the address, to go on from. */
export const SettingsTab = ({
  view,
  templates,
}: {
  readonly view: PipelineView;
  readonly templates: readonly Template[];
}) => {
  const { revision } = useSearch({ from: '/frame/pipelines/$pipelineId' });
  // the one that somebody began to work on, whatever is saved elsewhere meanwhile
  const [opened, setOpened] = useState(view.latest.number);
  const number = revision ?? opened;
  const query = useQuery(revisionQuery(view.id, number));
  return (
    <Loaded query={query} what={`Revision ${number}`} skeleton={<Skeleton lines={6} height={480} />}>
      {(found) => <Work key={found.number} view={view} revision={found} templates={templates} onSaved={setOpened} />}
    </Loaded>
  );
};

const Work = ({
  view,
  revision,
  templates,
  onSaved,
}: {
  readonly view: PipelineView;
  readonly revision: Revision;
  readonly templates: readonly Template[];
  readonly onSaved: (revision: number) => void;
}) => {
  const me = useQuery(meQuery).data;
  const [first] = useState(() => draftOf(revision));
  const [draft, setDraft] = useState<Draft>(first);
  const [note, setNote] = useState('');
  const save = useSave(view, onSaved);
  const isChanged = !isSameDraft(draft, first);
  useLeaveGuard(isChanged && !save.isPending);
  const may = mayCommand('revise', view, new Set(me?.permissions));
  const origin = originOf(draft, templates);
  const because = !may.may
    ? may.because
    : origin === null
      ? 'it has no settings'
      : isChanged || revision.number !== view.latest.number
        ? null
        : 'nothing was changed';
  const send = (): void => {
    if (because === null && origin !== null) save.mutate({ origin, note: note.trim() });
  };
  return (
    <div className="stack-tight">
      <div className="save-bar">
        <span>
          Revision <span className="num">{revision.number}</span>
          {revision.number === view.latest.number ? '' : ` of ${view.latest.number}`}{' '}
          <WordMark word={findingsWord(revision)} />
        </span>
        <span className="quiet">
          {nameOf(revision.createdBy)}, <Time at={revision.createdAt} />
          {revision.note === '' ? '' : `: ${revision.note}`}
        </span>
        <label className="save-note">
          <span className="only-read">Why this revision is written</span>
          <input
            value={note}
            maxLength={500}
            placeholder="why, for those who come later"
            disabled={!isChanged}
            onChange={({ target }) => setNote(target.value)}
          />
        </label>
        {isChanged ? <Button onClick={() => setDraft(first)}>Put back</Button> : null}
        <Button look="primary" isBusy={save.isPending} disabledBecause={because} onClick={send}>
          {save.isPending ? 'Saving…' : `Save as revision ${view.latest.number + 1}`}
        </Button>
      </div>
      <FailureLine failure={save.error}>
        {save.error instanceof ApiProblem && save.error.retry === 'after-reload' ? (
          <>
            {' '}
            What you wrote is still here;{' '}
            <Link
              from="/pipelines/$pipelineId"
              to="."
              search={{ tab: 'compare', from: revision.number, to: view.latest.number }}
            >
              see what was saved meanwhile
            </Link>
            , then save again.
          </>
        ) : null}
      </FailureLine>
      <DraftEditor draft={draft} templates={templates} isReadOnly={!may.may} onChange={setDraft} onSave={send} />
    </div>
  );
};

const useSave = (view: PipelineView, onSaved: (revision: number) => void) => {
  const client = useQueryClient();
  const navigate = useNavigate({ from: '/pipelines/$pipelineId' });
  return useMutation({
    mutationFn: async (body: { readonly origin: PipelineOrigin; readonly note: string }) =>
      (await api.revisePipeline({ params: { pipelineId: view.id }, ifMatch: view.version, body })).body,
    onSuccess: async ({ revision, ...saved }) => {
      client.setQueryData(revisionQuery(view.id, revision.number).queryKey, revision);
      client.setQueryData(pipelineQuery(view.id).queryKey, saved);
      void client.invalidateQueries({ queryKey: ['pipelines'] });
      onSaved(revision.number);
      await navigate({ search: ({ revision: _, ...rest }) => rest, replace: true, ignoreBlocker: true });
    },
    onError: () => void client.invalidateQueries({ queryKey: pipelineQuery(view.id).queryKey }),
  });
};
