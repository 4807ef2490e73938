import type { Cluster } from '../../clusters/domain/cluster.ts';
import type { TenantId } from '../../kernel/identity.ts';
import type { FieldError, Refusal } from '../../kernel/outcome.ts';
import { VARIANTS } from '../../measurement/domain/sample.ts';
import { nodesMeant, type WantedNode } from '../domain/allocation.ts';
import { slotsPlanned, totalSlots } from '../domain/schedule.ts';
import type { ExperimentSettings } from '../domain/settings.ts';
import { tooMuchToJudge } from '../domain/setup.ts';
import { type CheckPorts, clustersOf, inventoryOf, makeFindings, refusedByOwners } from './check-experiment.ts';
import { type FoundPipelines, withRevisions } from './find-pipelines.ts';
import { renderFor, wantedOf } from './plan.ts';
import { assertEnoughTime, makePlanDuration, type PlanDurationPorts } from './plan-duration.ts';
import type { Policy } from './ports.ts';

export interface Validation {
  readonly valid: boolean;
  readonly findings: readonly FieldError[];
  readonly nodes: readonly WantedNode[];
  readonly slotsPlanned: number;
  readonly totalSeconds: number;
  /** how many objects a start would create, owner included */
  readonly objects: number;
}

/** All checks that need no cluster, the nodes that are meant and who holds them; nothing is stored. */
export interface ValidatePorts extends CheckPorts, PlanDurationPorts {
  readonly policy: CheckPorts['policy'] & Pick<Policy, 'collectorImage'>;
}

export const makeValidateExperiment = (ports: ValidatePorts) => {
  const findingsOf = makeFindings(ports);
  const planDuration = makePlanDuration(ports);
  return async (tenantId: TenantId, asked: ExperimentSettings): Promise<Validation> => {
    const { findings: ofSettings, found } = await findingsOf(tenantId, asked);
    const planned = await planDuration(tenantId, withRevisions(asked, found));
    const { settings } = planned;
    const clusters = await clustersOf(ports.clusters, tenantId, settings);
    const inventory = await inventoryOf(
      ports.clusters,
      tenantId,
      settings.targets.map(({ clusterId }) => clusterId),
    );
    const meant = clusters.accepted ? nodesMeant(settings.targets, inventory) : clusters;
    const nodes = meant.accepted && clusters.accepted ? (meant.value as readonly WantedNode[]) : [];
    const tooMuch = tooMuchToJudge(settings, nodes.length);
    const unusable = [
      ...ofSettings,
      ...(clusters.accepted ? refusedByOwners(settings, found, clusters.value, ports.sha256) : []),
      ...(meant.accepted ? [] : findingsIn(meant.refusal, '/targets')),
      ...(tooMuch === null ? [] : [tooMuch]),
    ];
    const timed = assertEnoughTime(planned);
    // how long it needs is a question to settings that can be used
    const findings = unusable.length > 0 || timed.accepted ? unusable : findingsIn(timed.refusal, '/duration_seconds');
    return {
      valid: findings.length === 0,
      findings,
      nodes,
      slotsPlanned: slotsPlanned(settings),
      totalSeconds: totalSlots(settings) * settings.slotSeconds,
      objects:
        clusters.accepted && findings.length === 0 ? countObjects(ports, settings, found, clusters.value, nodes) : 0,
    };
  };
};

const findingsIn = ({ code, message, errors }: Refusal, pointer: string): readonly FieldError[] =>
  errors ?? [{ pointer, code, message }];

const countObjects = (
  { policy, sha256 }: ValidatePorts,
  settings: ExperimentSettings,
  found: FoundPipelines,
  clusters: readonly Cluster[],
  nodes: readonly WantedNode[],
): number => {
  const rendered = renderFor(settings, found, 'none', sha256);
  if (!rendered.accepted) return 0;
  return clusters.reduce((sum, cluster) => {
    const here = nodes.filter(({ clusterId }) => clusterId === cluster.id).map(({ node }) => node);
    const entry = { clusterId: cluster.id, nodes: here, ...rendered.value };
    const variants = VARIANTS.map((variant) => ({ variant, as: variant }));
    const owner = { id: 'exp-000000000000', epoch: EPOCH, expiresAt: null };
    const place = { cluster, entry, image: policy.collectorImage };
    return sum + (here.length === 0 ? 0 : wantedOf(owner, place, variants).objects.length + 1);
  }, 0);
};

const EPOCH = 1 as Parameters<typeof wantedOf>[0]['epoch'];
