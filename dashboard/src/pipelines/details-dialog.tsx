import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { PipelineView } from '../../../src/pipelines/contract/views.ts';
import { pipelineQuery } from '../api/queries.ts';
import { api } from '../session/session.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { LinesField, linesIn } from '../ui/lines-field.tsx';
import { TextField } from '../ui/text-field.tsx';

/** What is said about a pipeline, as a form holds it. */
interface Details {
  readonly name: string;
  readonly description: string;
  readonly owner: string;
  readonly team: string;
  readonly labels: string;
}

const detailsOf = ({ name, description, owner, team, labels }: PipelineView): Details => ({
  name,
  description,
  owner,
  team: team ?? '',
  labels: Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n'),
});

const bodyOf = ({ name, description, owner, team, labels }: Details) => ({
  name,
  description,
  owner,
  team: team.trim() === '' ? null : team.trim(),
  labels: Object.fromEntries(linesIn(labels).map(labelIn)),
});

/** A label without a value is one whose value is empty. */
const labelIn = (line: string): readonly [key: string, value: string] => {
  const [key = '', ...value] = line.split('=');
  return [key.trim(), value.join('=').trim()];
};

/** Changes what is said about a pipeline; settings and revisions stay. */
export const DetailsDialog = ({ view, onClose }: { readonly view: PipelineView; readonly onClose: () => void }) => {
  const client = useQueryClient();
  const [details, setDetails] = useState(() => detailsOf(view));
  const put = (name: keyof Details) => (text: string) => setDetails({ ...details, [name]: text });
  const change = useMutation({
    mutationFn: async () =>
      (await api.changePipeline({ params: { pipelineId: view.id }, ifMatch: view.version, body: bodyOf(details) }))
        .body,
    onSuccess: (changed) => {
      client.setQueryData(pipelineQuery(view.id).queryKey, changed);
      void client.invalidateQueries({ queryKey: ['pipelines'] });
      onClose();
    },
  });
  return (
    <FormDialog
      title={`Details of “${view.name}”`}
      verb="Save details"
      isBusy={change.isPending}
      error={change.error}
      onSubmit={change.mutate}
      onClose={onClose}
    >
      <p>Settings and revisions stay as they are.</p>
      <TextField label="Name" pointer="/name" maxLength={100} value={details.name} onChange={put('name')} />
      <TextField
        label="Description"
        pointer="/description"
        maxLength={1024}
        value={details.description}
        onChange={put('description')}
      />
      <TextField
        label="Owner"
        pointer="/owner"
        hint="who answers for it: a person or a group"
        maxLength={128}
        value={details.owner}
        onChange={put('owner')}
      />
      <TextField
        label="Team"
        pointer="/team"
        placeholder="platform"
        hint="empty: of no team"
        value={details.team}
        onChange={put('team')}
      />
      <LinesField
        label="Labels"
        pointer="/labels"
        hint="one a line: key=value"
        placeholder="tier=web"
        value={details.labels}
        onChange={put('labels')}
      />
    </FormDialog>
  );
};
