import { useQuery } from '@tanstack/react-query';
import type { Cluster, PreflightCheck } from '../../../src/clusters/domain/cluster.ts';
import { counted } from '../../../src/kernel/words.ts';
import { clusterNodesQuery, clustersQuery } from '../api/queries.ts';
import { formatQuantity } from '../format/numbers.ts';
import type { Word } from '../format/words.ts';
import { WordMark } from '../ui/chips.tsx';
import { CodeBlock, Copyable } from '../ui/copy.tsx';
import { Empty, Loaded, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { ClusterActions } from './cluster-actions.tsx';
import { Collectors } from './collectors.tsx';
import { Destinations } from './destinations.tsx';
import { Nodes } from './nodes.tsx';

/** Where experiments may run: is it reachable, what is missing, which nodes are free. */
export const ClustersPage = () => {
  const query = useQuery(clustersQuery);
  return (
    <>
      <title>Clusters · Phoenix</title>
      <div className="page-head">
        <h1>Clusters</h1>
      </div>
      <Loaded query={query} what="The list of clusters" skeleton={<Skeleton lines={6} height={320} />}>
        {(clusters) =>
          clusters.length === 0 ? (
            <NoCluster />
          ) : (
            <div className="stack">
              {clusters.map((cluster) => (
                <ClusterCard key={cluster.id} cluster={cluster} />
              ))}
            </div>
          )
        }
      </Loaded>
    </>
  );
};

const NoCluster = () => (
  <Empty title="No cluster yet">
    <p>
      A cluster is registered by its name in EKS, or by an address that the stage allows. No secret and no endpoint of
      an EKS cluster is stored. From a terminal:
    </p>
    <CodeBlock text="phoenix cluster add -f cluster.yaml" label="Command that registers a cluster" />
  </Empty>
);

const HEALTH: Readonly<Record<Cluster['health'], Word>> = {
  reachable: { word: 'reachable', tone: 'good' },
  unreachable: { word: 'does not answer', tone: 'bad' },
  unknown: { word: 'not looked at yet', tone: 'neutral' },
};

const ClusterCard = ({ cluster }: { readonly cluster: Cluster }) => {
  const { settings, preflight } = cluster;
  return (
    <article className="panel">
      <header className="panel-head">
        <h2>{settings.name}</h2>
        <WordMark word={HEALTH[cluster.health]} />
        <Copyable text={cluster.id} />
        <ClusterActions cluster={cluster} />
      </header>
      {cluster.healthMessage === null ? null : <p className="field-finding">{cluster.healthMessage}</p>}
      <dl className="facts">
        <div>
          <dt>Reached by</dt>
          <dd>{accessOf(cluster)}</dd>
        </div>
        <div>
          <dt>Namespace</dt>
          <dd>
            <code>{settings.namespace}</code>
          </dd>
        </div>
        <div>
          <dt>Measurements</dt>
          <dd>{metricsOf(cluster)}</dd>
        </div>
        <div>
          <dt>Pipelines may send to</dt>
          <dd>
            <Destinations cluster={cluster} />
          </dd>
        </div>
        <div>
          <dt>Kubernetes</dt>
          <dd>{preflight?.kubernetesVersion ?? <span className="quiet">not known yet</span>}</dd>
        </div>
        <div>
          <dt>Nodes</dt>
          <dd>
            <NodeCount cluster={cluster} />
          </dd>
        </div>
      </dl>
      <div className="halves">
        <Preflight cluster={cluster} />
        <Nodes cluster={cluster} />
      </div>
      <Collectors cluster={cluster} />
    </article>
  );
};

const accessOf = ({ settings: { access } }: Cluster) =>
  access.kind === 'eks' ? (
    <>
      EKS {access.clusterName}, {access.region}, account {access.accountId}
    </>
  ) : (
    <code>{access.endpoint}</code>
  );

const metricsOf = ({ settings: { metrics } }: Cluster) => {
  switch (metrics.kind) {
    case 'amp':
      return `managed Prometheus ${metrics.workspaceId}, ${metrics.region}`;
    case 'in_cluster':
      return `${metrics.service}.${metrics.namespace}:${metrics.port} in the cluster`;
    case 'url':
      return <code>{metrics.url}</code>;
  }
};

const NodeCount = ({ cluster }: { readonly cluster: Cluster }) => {
  const nodes = useQuery(clusterNodesQuery(cluster.id)).data?.items;
  if (nodes === undefined) return <span className="quiet">–</span>;
  const memory = nodes.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0);
  return (
    <span className="num">
      {nodes.filter(({ ready }) => ready).length} of {nodes.length} ready
      {memory === 0 ? '' : `, ${formatQuantity(memory, 'bytes')}`}
    </span>
  );
};

const wordOf = ({ passed, severity }: PreflightCheck): Word =>
  passed
    ? { word: 'right', tone: 'good' }
    : severity === 'blocking'
      ? { word: 'missing', tone: 'bad' }
      : { word: 'warning', tone: 'unclear' };

const Preflight = ({ cluster: { preflight } }: { readonly cluster: Cluster }) => {
  if (preflight === null) {
    return (
      <section>
        <h3>Preflight</h3>
        <p className="quiet">
          Not run yet. It checks the rights that we need and those that we must not have, the version, the namespace and
          whether the metrics source answers.
        </p>
      </section>
    );
  }
  const right = preflight.checks.filter(({ passed }) => passed);
  const blocking = preflight.checks.filter(({ passed, severity }) => !passed && severity === 'blocking').length;
  return (
    <section>
      <div className="panel-head">
        <h3>Preflight</h3>
        <WordMark
          word={
            preflight.passed
              ? { word: 'passed', tone: 'good' }
              : { word: `${counted(blocking, 'thing')} to settle`, tone: 'bad' }
          }
        />
        <span className="quiet">
          <Time at={preflight.at} />
        </span>
      </div>
      <CheckList checks={preflight.checks.filter(({ passed }) => !passed)} />
      <details open={blocking === 0 && right.length <= FEW}>
        <summary className="quiet">{counted(right.length, 'check is', 'checks are')} right</summary>
        <CheckList checks={right} />
      </details>
    </section>
  );
};

/** More than so many that are right are folded away, behind those that are not. */
const FEW = 6;

const CheckList = ({ checks }: { readonly checks: readonly PreflightCheck[] }) => (
  <ul className="checklist">
    {checks.map((check) => (
      <li key={check.name}>
        <WordMark word={wordOf(check)} />
        <span>
          <strong>{check.name}</strong> <span className="quiet">{check.message}</span>
        </span>
        {check.passed || check.fix === null ? null : (
          <CodeBlock text={check.fix} label={`What settles ${check.name}`} />
        )}
      </li>
    ))}
  </ul>
);
