import { keyRoutes } from '../access/contract/key-routes.ts';
import { memberRoutes } from '../access/contract/member-routes.ts';
import { ACCESS_PROBLEMS } from '../access/contract/problems.ts';
import { accessRoutes } from '../access/contract/routes.ts';
import { serviceRoutes } from '../access/contract/service-routes.ts';
import { auditRoutes } from '../audit/contract/routes.ts';
import { CLUSTER_PROBLEMS } from '../clusters/contract/problems.ts';
import { clusterRoutes } from '../clusters/contract/routes.ts';
import { controlRoutes } from '../control/contract/routes.ts';
import { COST_PROBLEMS } from '../cost/contract/problems.ts';
import { costRoutes } from '../cost/contract/routes.ts';
import { channelRoutes } from '../events/contract/channel-routes.ts';
import { CHANNEL_PROBLEMS } from '../events/contract/problems.ts';
import { eventRoutes } from '../events/contract/routes.ts';
import { experimentCostRoutes } from '../experiments/contract/cost-routes.ts';
import { EXPERIMENT_PROBLEMS } from '../experiments/contract/problems.ts';
import { processListRoutes } from '../experiments/contract/process-list-routes.ts';
import { experimentRoutes } from '../experiments/contract/routes.ts';
import { spendingRoutes } from '../experiments/contract/spending-routes.ts';
import { experimentTruthRoutes } from '../experiments/contract/truth-routes.ts';
import { PIPELINE_PROBLEMS } from '../pipelines/contract/problems.ts';
import { pipelineRoutes } from '../pipelines/contract/routes.ts';
import { COMMON_PROBLEMS } from '../platform/declare/problem.ts';
import { TRUTH_PROBLEMS } from '../truth/contract/problems.ts';
import { truthRoutes } from '../truth/contract/routes.ts';

/** Every route of every context: what the client calls, what OpenAPI describes, what tests walk. */
export const ALL_ROUTES = [
  ...accessRoutes,
  ...keyRoutes,
  ...memberRoutes,
  ...serviceRoutes,
  ...eventRoutes,
  ...channelRoutes,
  ...auditRoutes,
  ...controlRoutes,
  ...clusterRoutes,
  ...pipelineRoutes,
  ...costRoutes,
  ...experimentRoutes,
  ...experimentCostRoutes,
  ...spendingRoutes,
  ...processListRoutes,
  ...experimentTruthRoutes,
  ...truthRoutes,
] as const;

/** Every refusal that any of them can answer. */
export const ALL_PROBLEMS = {
  ...COMMON_PROBLEMS,
  ...ACCESS_PROBLEMS,
  ...CHANNEL_PROBLEMS,
  ...CLUSTER_PROBLEMS,
  ...PIPELINE_PROBLEMS,
  ...COST_PROBLEMS,
  ...EXPERIMENT_PROBLEMS,
  ...TRUTH_PROBLEMS,
} as const;
