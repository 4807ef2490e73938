import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { lowestRoleFor } from '../../../src/access/domain/permissions.ts';
import { fromWire } from '../../../src/client/wire.ts';
import { ClusterObjectsResult } from '../../../src/clusters/contract/routes.ts';
import type { Cluster } from '../../../src/clusters/domain/cluster.ts';
import type { Operation } from '../../../src/platform/declare/operation.ts';
import { meQuery, onboardingQuery } from '../api/queries.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { CodeBlock } from '../ui/copy.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { Loaded } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { Work } from '../ui/work.tsx';

type Ask = 'preflight' | 'objects' | 'collectors' | 'onboarding';

/** What a worker can be asked about a cluster. It only looks; nothing on the cluster changes. */
export const ClusterActions = ({ cluster }: { readonly cluster: Cluster }) => {
  const permissions = useQuery(meQuery).data?.permissions ?? [];
  const [open, setOpen] = useState<Ask | null>(null);
  const needs = 'cluster:manage';
  const because = permissions.includes(needs)
    ? null
    : `needs the permission ${needs}; the role ${lowestRoleFor(needs)} has it`;
  return (
    <div className="actions">
      <Button onClick={() => setOpen('objects')}>What of ours runs there</Button>
      <Button disabledBecause={because} onClick={() => setOpen('collectors')}>
        Look for collectors
      </Button>
      <Button disabledBecause={because} onClick={() => setOpen('onboarding')}>
        What to install
      </Button>
      <Button icon="retry" look="primary" disabledBecause={because} onClick={() => setOpen('preflight')}>
        Run preflight
      </Button>
      {open === 'preflight' ? <PreflightDialog cluster={cluster} onClose={() => setOpen(null)} /> : null}
      {open === 'objects' ? <ObjectsDialog cluster={cluster} onClose={() => setOpen(null)} /> : null}
      {open === 'collectors' ? <CollectorsDialog cluster={cluster} onClose={() => setOpen(null)} /> : null}
      {open === 'onboarding' ? <OnboardingDialog cluster={cluster} onClose={() => setOpen(null)} /> : null}
    </div>
  );
};

const ASK = 'Ask the cluster now';

interface DialogProps {
  readonly cluster: Cluster;
  readonly onClose: () => void;
}

/** Everything that is shown of clusters is asked for anew. */
const useRefresh = () => {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: ['clusters'] });
};

const PreflightDialog = ({ cluster, onClose }: DialogProps) => {
  const refresh = useRefresh();
  return (
    <Dialog title={`Preflight of ${cluster.settings.name}`} onClose={onClose}>
      <p>
        A worker asks the cluster for its version, the namespace, the rights that we need and those that we must not
        have, and the metrics source whether it answers. Nothing on the cluster changes.
      </p>
      <Work
        verb={ASK}
        ask={async () => (await api.checkCluster({ params: { clusterId: cluster.id } })).body}
        onDone={refresh}
        done={() => <p>Done. The checklist shows what it found.</p>}
      />
      <Close onClose={onClose} />
    </Dialog>
  );
};

const CollectorsDialog = ({ cluster, onClose }: DialogProps) => {
  const refresh = useRefresh();
  return (
    <Dialog title={`Collectors on ${cluster.settings.name}`} onClose={onClose}>
      <p>
        A worker lists the workloads of every namespace and reads the settings that collectors name. It reads no
        Secrets, and nothing on the cluster changes. What it may not look at is told with the rule that would let it.
      </p>
      <Work
        verb={ASK}
        ask={async () => (await api.discoverCollectors({ params: { clusterId: cluster.id } })).body}
        onDone={refresh}
        done={() => <p>Done. The list of collectors shows what it found.</p>}
      />
      <Close onClose={onClose} />
    </Dialog>
  );
};

const ObjectsDialog = ({ cluster, onClose }: DialogProps) => (
  <Dialog title={`Ours on ${cluster.settings.name}`} onClose={onClose}>
    <Work
      verb={ASK}
      ask={async () => (await api.listClusterObjects({ params: { clusterId: cluster.id } })).body}
      onDone={() => undefined}
      done={(operation) => <Objects result={operation.result} />}
    />
    <Close onClose={onClose} />
  </Dialog>
);

const Objects = ({ result }: { readonly result: Operation['result'] }) => {
  const read = ClusterObjectsResult.safeParse(fromWire(ClusterObjectsResult, result));
  if (!read.success)
    return <p className="field-finding">The worker answered in a form that this page does not know.</p>;
  if (read.data.items.length === 0) return <p>Nothing of ours is on the cluster.</p>;
  return (
    <ScrollRegion label="Objects">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col">Name</th>
            <th scope="col">Owner</th>
            <th scope="col">Expires</th>
          </tr>
        </thead>
        <tbody>
          {read.data.items.map(({ kind, name, owner, epoch, expiresAt, uid }) => (
            <tr key={uid}>
              <td data-label="Kind">{kind}</td>
              <td data-label="Name">
                <code>{name}</code>
              </td>
              <td data-label="Owner">
                {owner ?? '–'}
                {epoch === null ? '' : `, epoch ${epoch}`}
              </td>
              <td data-label="Expires">{expiresAt === null ? '–' : <Time at={expiresAt} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
};

const OnboardingDialog = ({ cluster, onClose }: DialogProps) => {
  const query = useQuery(onboardingQuery(cluster.id));
  return (
    <Dialog title={`What to install in ${cluster.settings.name}`} onClose={onClose}>
      <p>Namespace, roles and the switch that removes what outlived us. Read it, then apply it with your own rights.</p>
      <Loaded query={query} what="The list of what to install">
        {({ yaml, discoveryYaml }) => (
          <>
            <CodeBlock text={yaml} label="Objects to install, as YAML" />
            <p>And, so that collectors which run there can be found, rights that only look:</p>
            <CodeBlock text={discoveryYaml} label="Rights to look for collectors, as YAML" />
          </>
        )}
      </Loaded>
      <Close onClose={onClose} />
    </Dialog>
  );
};

const Close = ({ onClose }: { readonly onClose: () => void }) => (
  <div className="dialog-actions">
    <Button onClick={onClose}>Close</Button>
  </div>
);
