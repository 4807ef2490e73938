import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { mayWith } from '../../../src/access/domain/permissions.ts';
import type { Cluster } from '../../../src/clusters/domain/cluster.ts';
import { listed } from '../../../src/kernel/words.ts';
import { meQuery } from '../api/queries.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { LinesField, linesIn } from '../ui/lines-field.tsx';

/** Where pipelines on a cluster may send data, and the way to say it anew. */
export const Destinations = ({ cluster }: { readonly cluster: Cluster }) => {
  const may = mayWith('cluster:manage', new Set(useQuery(meQuery).data?.permissions));
  const [isOpen, setOpen] = useState(false);
  const hosts = cluster.settings.allowedDestinations;
  return (
    <>
      {hosts.length === 0 ? 'the measurement store alone' : `the measurement store, ${listed(hosts)}`}{' '}
      <Button
        look="quiet"
        label={`Change where pipelines on ${cluster.settings.name} may send`}
        disabledBecause={may.may ? null : may.because}
        onClick={() => setOpen(true)}
      >
        Change
      </Button>
      {isOpen ? <DestinationsDialog cluster={cluster} onClose={() => setOpen(false)} /> : null}
    </>
  );
};

const DestinationsDialog = ({ cluster, onClose }: { readonly cluster: Cluster; readonly onClose: () => void }) => {
  const { id, version, settings } = cluster;
  const client = useQueryClient();
  const [text, setText] = useState(settings.allowedDestinations.join('\n'));
  const change = useMutation({
    mutationFn: () =>
      api.changeCluster({ params: { clusterId: id }, ifMatch: version, body: { allowedDestinations: linesIn(text) } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['clusters'] });
      onClose();
    },
  });
  return (
    <FormDialog
      title={`Where pipelines on ${settings.name} may send`}
      verb="Allow these and no others"
      isBusy={change.isPending}
      error={change.error}
      onSubmit={change.mutate}
      onClose={onClose}
    >
      <p>
        Beside the measurement store, which is always allowed. It holds for what is created or started from now on;
        experiments that run are left as they are.
      </p>
      <LinesField
        label="Allowed hosts"
        pointer="/allowed_destinations"
        hint="one a line, with a port or with any; none: the measurement store alone"
        placeholder="otlp.eu01.nr-data.net"
        value={text}
        onChange={setText}
      />
    </FormDialog>
  );
};
