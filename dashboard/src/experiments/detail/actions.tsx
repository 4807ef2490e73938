import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiProblem } from '../../../../src/client/problem.ts';
import type { ExperimentView } from '../../../../src/experiments/contract/views.ts';
import { longestExtension, may } from '../../../../src/experiments/domain/allowed.ts';
import { ExperimentSettings } from '../../../../src/experiments/domain/settings.ts';
import { COMMANDS, type CommandName } from '../../../../src/experiments/domain/vocabulary.ts';
import { experimentQuery, meQuery, type SettingsInput, validateQuery } from '../../api/queries.ts';
import { api } from '../../session/session.ts';
import { Button, type ButtonProps } from '../../ui/button.tsx';
import { ConsequencesDialog } from '../../ui/consequences-dialog.tsx';
import type { IconName } from '../../ui/icon.tsx';
import { actionWords, consequencesOf } from './consequences.ts';

const ICONS: Readonly<Record<CommandName, IconName>> = {
  start: 'play',
  pause: 'pause',
  resume: 'play',
  extend: 'plus',
  stop: 'stop',
  promote: 'promote',
  rollback: 'back',
  retry: 'retry',
  delete: 'trash',
};

const LOOKS: Readonly<Record<CommandName, NonNullable<ButtonProps['look']>>> = {
  start: 'primary',
  pause: 'plain',
  resume: 'primary',
  extend: 'plain',
  stop: 'danger',
  promote: 'primary',
  rollback: 'danger',
  retry: 'plain',
  delete: 'danger',
};

/** What can be asked of it now. What the person may not do stays visible and says who may. */
export const Actions = ({ view }: { readonly view: ExperimentView }) => {
  const me = useQuery(meQuery).data;
  const [open, setOpen] = useState<CommandName | null>(null);
  if (me === undefined) return null;
  const permissions = new Set(me.permissions);
  return (
    <div className="actions">
      {COMMANDS.filter((command) => view.allowedCommands.includes(command)).map((command) => {
        const answer = may(command, view, permissions);
        return (
          <Button
            key={command}
            icon={ICONS[command]}
            look={command === 'delete' ? 'plain' : LOOKS[command]}
            disabledBecause={answer.may ? null : answer.because}
            onClick={() => setOpen(command)}
          >
            {actionWords(command, view.name).verb}
          </Button>
        );
      })}
      {open === null ? null : <ActionDialog command={open} view={view} onClose={() => setOpen(null)} />}
    </div>
  );
};

const ActionDialog = ({
  command,
  view,
  onClose,
}: {
  readonly command: CommandName;
  readonly view: ExperimentView;
  readonly onClose: () => void;
}) => {
  const words = actionWords(command, view.name);
  const isStart = command === 'start' || command === 'retry';
  const plan = useQuery({ ...validateQuery(settingsOf(view)), enabled: isStart });
  const mutation = useAction(command, view, onClose);
  const findings = isStart ? (plan.data?.findings ?? []) : [];
  return (
    <ConsequencesDialog
      asked={{
        ...words,
        icon: ICONS[command],
        look: LOOKS[command],
        consequences: consequencesOf(command, view, plan.data ?? null),
        reasonFor: words.needsReason ? 'Reason, for the timeline' : null,
      }}
      isBusy={mutation.isPending}
      error={mutation.error}
      onConfirm={mutation.mutate}
      onClose={onClose}
    >
      {findings.map(({ pointer, message }) => (
        <p key={`${pointer} ${message}`} className="field-finding">
          {pointer}: {message}
        </p>
      ))}
    </ConsequencesDialog>
  );
};

/** Asks the API, shows the answer as the new truth, and reads again what somebody else changed meanwhile. */
const useAction = (command: CommandName, view: ExperimentView, onDone: () => void) => {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (reason: string) => SEND[command](view, reason),
    onSuccess: (answer) => {
      if (answer === null) {
        client.removeQueries({ queryKey: ['experiment', view.id] });
        void navigate({ to: '/experiments' });
      } else {
        client.setQueryData(experimentQuery(view.id).queryKey, answer);
      }
      void client.invalidateQueries({ queryKey: ['experiments'] });
      onDone();
    },
    onError: (failure) => {
      if (failure instanceof ApiProblem && failure.retry === 'after-reload') {
        void client.invalidateQueries({ queryKey: experimentQuery(view.id).queryKey });
      }
    },
  });
};

const SEND: Readonly<Record<CommandName, (view: ExperimentView, reason: string) => Promise<ExperimentView | null>>> = {
  start: async (view) => (await api.startExperiment(fenced(view))).body,
  pause: async (view, reason) => (await api.pauseExperiment({ ...fenced(view), body: { reason } })).body,
  resume: async (view) => (await api.resumeExperiment(fenced(view))).body,
  extend: async (view) =>
    (await api.extendExperiment({ ...fenced(view), body: { durationSeconds: longestExtension(view) } })).body,
  // a stop must not lose a race against a change of state, so it names no version
  stop: async (view, reason) =>
    (await api.stopExperiment({ params: { experimentId: view.id }, ifMatch: '*', body: { reason } })).body,
  promote: async (view) => (await api.promoteExperiment(fenced(view))).body,
  rollback: async (view, reason) => (await api.rollbackExperiment({ ...fenced(view), body: { reason } })).body,
  retry: async (view) => (await api.retryExperiment(fenced(view))).body,
  delete: async (view) => (await api.deleteExperiment(fenced(view))).body,
};

const fenced = (view: ExperimentView) => ({ params: { experimentId: view.id }, ifMatch: view.version });

/** The settings inside a view, as a person could send them again. */
export const settingsOf = (view: ExperimentView): SettingsInput => ExperimentSettings.strip().parse(view);
