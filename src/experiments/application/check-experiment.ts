import type { Cluster } from '../../clusters/domain/cluster.ts';
import type { ClusterId, TenantId } from '../../kernel/identity.ts';
import { accept, type FieldError, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import { VARIANTS } from '../../measurement/domain/sample.ts';
import { refusedBy } from '../../pipelines/domain/frame-own-settings.ts';
import { renderVariant, renderVariants } from '../../pipelines/domain/render-variants.ts';
import type { FrameSettings } from '../../pipelines/domain/template.ts';
import { type ClusterPolicy, STRICTEST_POLICY } from '../../pipelines/domain/validation/policy.ts';
import type { Inventory } from '../domain/allocation.ts';
import type { ExperimentSettings } from '../domain/settings.ts';
import { checkSetup, type Floors, type Rendered } from '../domain/setup.ts';
import { type FoundPipeline, type FoundPipelines, findPipelines, type PipelineLibrary } from './find-pipelines.ts';
import { authOf, renderFor } from './plan.ts';
import type { ClusterRegistry } from './ports.ts';

export interface CheckPorts {
  readonly clusters: ClusterRegistry;
  readonly pipelines: PipelineLibrary;
  readonly policy: Floors;
  readonly sha256: Sha256;
}

/** Every check that needs no cluster: the settings by themselves, and whether their clusters are registered. */
export const makeFindings =
  ({ pipelines, policy, sha256 }: CheckPorts) =>
  async (
    tenantId: TenantId,
    settings: ExperimentSettings,
  ): Promise<{ readonly findings: readonly FieldError[]; readonly found: FoundPipelines }> => {
    const found = await findPipelines(pipelines, tenantId, settings);
    const { collectionIntervalSeconds, criticalProcesses } = settings;
    const frame = { ...FRAME, collectionIntervalSeconds, criticalProcesses };
    const findings = checkSetup(settings, policy, renderedFrom(found, frame, sha256));
    return { findings, found };
  };

/** Both together; if they cannot be, each by itself says whose fault it is, or that of the comparison is the candidate's. */
const renderedFrom = (
  { baselinePipeline: one, candidatePipeline: other }: FoundPipelines,
  frame: FrameSettings,
  sha256: Sha256,
): Rendered => {
  const both =
    one.accepted && other.accepted
      ? renderVariants({ baseline: one.value, candidate: other.value }, frame, sha256)
      : undefined;
  if (both?.accepted) {
    return { baselinePipeline: accept(both.value.baseline), candidatePipeline: accept(both.value.candidate) };
  }
  const render = (pipeline: FoundPipeline) =>
    pipeline.accepted ? renderVariant(pipeline.value, frame, sha256) : pipeline;
  const [baselinePipeline, candidatePipeline] = [render(one), render(other)];
  const areFaultless = baselinePipeline.accepted && candidatePipeline.accepted;
  return { baselinePipeline, candidatePipeline: areFaultless && both !== undefined ? both : candidatePipeline };
};

/** How remote write signs has no influence on whether a template can be rendered. */
const FRAME: Pick<FrameSettings, 'remoteWriteAuth'> = { remoteWriteAuth: 'none' };

export type SetupRefusal = Refusal<'experiment-validation-failed' | 'cluster-not-found'>;

/** What can be run: the clusters that are meant, and what each variant runs there. */
export interface Runnable {
  readonly clusters: readonly Cluster[];
  readonly found: FoundPipelines;
}

/** Refuses with all findings at once, or with the target whose cluster nobody registered. */
export const makeAssertRunnable = (ports: CheckPorts) => {
  const findingsOf = makeFindings(ports);
  return async (tenantId: TenantId, settings: ExperimentSettings): Promise<Outcome<Runnable, SetupRefusal>> => {
    const { findings, found } = await findingsOf(tenantId, settings);
    if (findings.length > 0) return notRunnable(findings);
    const clusters = await clustersOf(ports.clusters, tenantId, settings);
    if (!clusters.accepted) return clusters;
    const refused = refusedByOwners(settings, found, clusters.value, ports.sha256);
    return refused.length > 0 ? notRunnable(refused) : accept({ clusters: clusters.value, found });
  };
};

/** What the owners of the clusters do not allow of what each variant would do there. */
export const refusedByOwners = (
  settings: ExperimentSettings,
  found: FoundPipelines,
  clusters: readonly Cluster[],
  sha256: Sha256,
): readonly FieldError[] =>
  clusters.flatMap((cluster) => {
    const rendered = renderFor(settings, found, authOf(cluster), sha256);
    if (!rendered.accepted) return [];
    const policy = policyOf(cluster, settings);
    return VARIANTS.flatMap((variant) =>
      refusedBy(policy, rendered.value[variant]).map(({ pointer, code, message }) => ({
        pointer: `/${variant}_pipeline${pointer}`,
        code,
        message: `cluster ${cluster.settings.name} does not take it: ${message}`,
      })),
    );
  });

const policyOf = (
  { settings: { allowedDestinations } }: Cluster,
  { criticalProcesses }: ExperimentSettings,
): ClusterPolicy => ({
  ...STRICTEST_POLICY,
  destinations: [...allowedDestinations],
  criticalProcesses: [...criticalProcesses],
});

const notRunnable = (findings: readonly FieldError[]) =>
  refuse('experiment-validation-failed', summaryOf(findings), { findings: findings.length }, findings);

/** The first finding in words; the others are in the errors. */
export const summaryOf = (findings: readonly FieldError[]): string => {
  const [first] = findings;
  if (first === undefined) return 'nothing was found';
  const others = findings.length === 1 ? '' : ` (and ${findings.length - 1} more)`;
  return `${first.pointer}: ${first.message}${others}`;
};

export const clustersOf = async (
  registry: ClusterRegistry,
  tenantId: TenantId,
  { targets }: ExperimentSettings,
): Promise<Outcome<readonly Cluster[], Refusal<'cluster-not-found'>>> => {
  const clusters: Cluster[] = [];
  for (const [index, { clusterId }] of targets.entries()) {
    const cluster = await registry.load(tenantId, clusterId);
    if (cluster === null) {
      const pointer = `/targets/${index}/cluster_id`;
      const message = `no cluster ${clusterId} is registered; \`phoenix cluster list\` shows those that are`;
      return refuse('cluster-not-found', message, { clusterId }, [{ pointer, code: 'cluster-not-found', message }]);
    }
    clusters.push(cluster);
  }
  return accept(clusters);
};

export const inventoryOf = async (
  registry: ClusterRegistry,
  tenantId: TenantId,
  clusterIds: readonly ClusterId[],
): Promise<Inventory> =>
  new Map(
    await Promise.all([...new Set(clusterIds)].map(async (id) => [id, await registry.nodes(tenantId, id)] as const)),
  );
