import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { counted } from '../../../src/kernel/words.ts';
import type { PipelineView } from '../../../src/pipelines/contract/views.ts';
import { mayCommand } from '../../../src/pipelines/domain/decide-pipeline.ts';
import { meQuery, pipelineQuery } from '../api/queries.ts';
import { api } from '../session/session.ts';
import { Button, type ButtonProps } from '../ui/button.tsx';
import { ConsequencesDialog } from '../ui/consequences-dialog.tsx';
import type { IconName } from '../ui/icon.tsx';
import { DetailsDialog } from './details-dialog.tsx';
import { variantText } from './variant-text.ts';

type Action = 'publish' | 'deprecate' | 'delete';

const WORDS: Readonly<Record<Action, { readonly verb: string; readonly busy: string; readonly icon: IconName }>> = {
  publish: { verb: 'Publish', busy: 'Publishing…', icon: 'promote' },
  deprecate: { verb: 'Deprecate', busy: 'Deprecating…', icon: 'back' },
  delete: { verb: 'Delete', busy: 'Deleting…', icon: 'trash' },
};
const LOOKS: Readonly<Record<Action, NonNullable<ButtonProps['look']>>> = {
  publish: 'primary',
  deprecate: 'danger',
  delete: 'danger',
};

/** What can be done with it now. What the person may not do stays visible and says who may. */
export const PipelineActions = ({ view }: { readonly view: PipelineView }) => {
  const me = useQuery(meQuery).data;
  const [open, setOpen] = useState<Action | 'details' | null>(null);
  if (me === undefined) return null;
  const permissions = new Set(me.permissions);
  const details = mayCommand('change-details', view, permissions);
  const isNewer = view.published?.revision !== view.latest.number || view.status !== 'published';
  const offered = (['publish', 'deprecate', 'delete'] as const).filter(
    (action) =>
      view.allowedCommands.includes(action) &&
      (action !== 'publish' || isNewer) &&
      (action !== 'deprecate' || view.status === 'published'),
  );
  return (
    <div className="actions">
      {view.published === null ? null : (
        <Link
          to="/experiments/new"
          search={{ candidate: variantText(view.id, view.published.revision) }}
          className="button"
        >
          Try as experiment
        </Link>
      )}
      <Button disabledBecause={details.may ? null : details.because} onClick={() => setOpen('details')}>
        Change details
      </Button>
      {offered.map((action) => {
        const answer = mayCommand(action, view, permissions);
        const because = !answer.may
          ? answer.because
          : action === 'publish' && view.latest.errors > 0
            ? `revision ${view.latest.number} has ${counted(view.latest.errors, 'error')}; mend and save it first`
            : null;
        return (
          <Button
            key={action}
            icon={WORDS[action].icon}
            look={action === 'publish' ? 'primary' : 'plain'}
            disabledBecause={because}
            onClick={() => setOpen(action)}
          >
            {action === 'publish' ? `Publish revision ${view.latest.number}` : WORDS[action].verb}
          </Button>
        );
      })}
      {open === 'details' ? <DetailsDialog view={view} onClose={() => setOpen(null)} /> : null}
      {open === null || open === 'details' ? null : (
        <ActionDialog action={open} view={view} onClose={() => setOpen(null)} />
      )}
    </div>
  );
};

const consequences = (action: Action, view: PipelineView): readonly string[] => {
  switch (action) {
    case 'publish':
      return [
        `Revision ${view.latest.number} becomes the one that is meant by ${view.name}${view.published === null ? '' : `, in place of revision ${view.published.revision}`}.`,
        'Experiments may name it from then on. Nothing that runs is changed.',
        ...(view.latest.warnings > 0
          ? [`It has ${counted(view.latest.warnings, 'warning')}; they are no hindrance.`]
          : []),
      ];
    case 'deprecate':
      return [
        'It is kept, marked as deprecated, and not revised any more.',
        'Nothing that runs is changed; publishing it again brings it back.',
      ];
    case 'delete':
      return [
        `${view.name} and its ${counted(view.latest.number, 'revision')} are gone for everybody.`,
        'Experiments that ran keep the settings that they were given. Drafts that name it cannot be started any more.',
      ];
  }
};

const ActionDialog = ({
  action,
  view,
  onClose,
}: {
  readonly action: Action;
  readonly view: PipelineView;
  readonly onClose: () => void;
}) => {
  const mutation = useAct(action, view, onClose);
  return (
    <ConsequencesDialog
      asked={{
        ...WORDS[action],
        title: `${WORDS[action].verb} “${view.name}”?`,
        look: LOOKS[action],
        consequences: consequences(action, view),
        reasonFor: action === 'deprecate' ? 'Reason, for those who look for it' : null,
      }}
      isBusy={mutation.isPending}
      error={mutation.error}
      onConfirm={mutation.mutate}
      onClose={onClose}
    />
  );
};

const useAct = (action: Action, view: PipelineView, onDone: () => void) => {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (reason: string) => SEND[action](view, reason),
    onSuccess: (answer) => {
      void client.invalidateQueries({ queryKey: ['pipelines'] });
      if (answer === null) {
        client.removeQueries({ queryKey: ['pipeline', view.id] });
        void navigate({ to: '/pipelines' });
      } else {
        client.setQueryData(pipelineQuery(view.id).queryKey, answer);
        void client.invalidateQueries({ queryKey: ['pipeline', view.id, 'revisions'] });
      }
      onDone();
    },
    onError: () => void client.invalidateQueries({ queryKey: pipelineQuery(view.id).queryKey }),
  });
};

const SEND: Readonly<Record<Action, (view: PipelineView, reason: string) => Promise<PipelineView | null>>> = {
  publish: async (view) =>
    (await api.publishPipeline({ ...fenced(view), body: { revision: view.latest.number } })).body,
  deprecate: async (view, reason) => (await api.deprecatePipeline({ ...fenced(view), body: { reason } })).body,
  delete: async (view) => (await api.deletePipeline(fenced(view))).body,
};

const fenced = (view: PipelineView) => ({ params: { pipelineId: view.id }, ifMatch: view.version });
