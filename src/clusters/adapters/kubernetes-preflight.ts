import type { Instant } from '../../kernel/instant.ts';
import { type PreflightCheck, type PreflightReport, preflightReport } from '../domain/cluster.ts';
import { nodesCheck, podSecurityCheck } from '../domain/preflight-checks.ts';
import { describeResource, FORBIDDEN_RIGHTS, NEEDED_RIGHTS, type Right } from '../domain/rights.ts';
import type { KubernetesContext } from './kubernetes-context.ts';
import { failureOf, statusOf } from './kubernetes-errors.ts';
import { readNodes } from './kubernetes-nodes.ts';

// strict field validation of server-side apply is stable since 1.27
const OLDEST_MINOR = 27;
const ONBOARDING = 'kubectl apply -f onboarding.yaml';

/** Asks the cluster which version it is, whether collectors could run in our namespace, and what we may and may not do. */
export const runPreflight = async (context: KubernetesContext, at: Instant): Promise<PreflightReport> => {
  const { gitVersion, major, minor } = await context.persist(() => context.client.version.getCode());
  const checks = [
    versionCheck(gitVersion, Number(major), Number.parseInt(minor, 10)),
    ...(await namespaceChecks(context)),
    ...(await nodesChecks(context)),
    ...(await Promise.all(NEEDED_RIGHTS.map((right) => neededCheck(context, right)))),
    ...(await Promise.all(FORBIDDEN_RIGHTS.map((right) => forbiddenCheck(context, right)))),
  ];
  return preflightReport({ at, kubernetesVersion: gitVersion, checks });
};

const versionCheck = (gitVersion: string, major: number, minor: number): PreflightCheck => {
  const passed = major > 1 || (major === 1 && minor >= OLDEST_MINOR);
  return {
    name: 'version',
    passed,
    severity: 'blocking',
    message: passed ? `Kubernetes ${gitVersion}` : `Kubernetes ${gitVersion} is older than 1.${OLDEST_MINOR}`,
    fix: passed ? null : `upgrade the control plane to 1.${OLDEST_MINOR} or newer`,
  };
};

const namespaceChecks = async ({
  client,
  namespace,
  persist,
}: KubernetesContext): Promise<readonly PreflightCheck[]> => {
  const answer = (passed: boolean, message: string): PreflightCheck => ({
    name: 'namespace',
    passed,
    severity: 'blocking',
    message,
    fix: passed ? null : ONBOARDING,
  });
  try {
    const { metadata, status } = await persist(() => client.core.readNamespace({ name: namespace }));
    return status?.phase === 'Active'
      ? [answer(true, `namespace ${namespace} is there`), podSecurityCheck(namespace, metadata?.labels)]
      : [answer(false, `namespace ${namespace} is ${status?.phase?.toLowerCase() ?? 'in no known phase'}`)];
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return [answer(false, `namespace ${namespace} does not exist`)];
    if (status === 403)
      return [answer(false, `we may not look at namespace ${namespace}: ${failureOf(error).message}`)];
    throw error;
  }
};

/** Who may not list nodes is told so by the check of that right. */
const nodesChecks = async (context: KubernetesContext): Promise<readonly PreflightCheck[]> => {
  try {
    return [nodesCheck(await readNodes(context))];
  } catch (error) {
    if (statusOf(error) === 403) return [];
    throw error;
  }
};

const heldVerbs = async (context: KubernetesContext, right: Right): Promise<readonly string[]> => {
  const { client, namespace, persist } = context;
  const answers = await Promise.all(
    right.verbs.map(async (verb) => {
      const review = await persist(() =>
        client.authorization.createSelfSubjectAccessReview({
          body: {
            spec: {
              resourceAttributes: {
                group: right.group,
                resource: right.resource,
                verb,
                ...(right.subresource === undefined ? {} : { subresource: right.subresource }),
                ...(right.scope === 'namespace' ? { namespace } : {}),
                ...(right.only === 'our-namespace' ? { name: namespace } : {}),
              },
            },
          },
        }),
      );
      return { verb, isAllowed: review.status?.allowed === true };
    }),
  );
  return answers.filter(({ isAllowed }) => isAllowed).map(({ verb }) => verb);
};

const where = (right: Right, namespace: string): string =>
  right.scope === 'namespace' ? `in ${namespace}` : 'in the whole cluster';

const neededCheck = async (context: KubernetesContext, right: Right): Promise<PreflightCheck> => {
  const held = await heldVerbs(context, right);
  const missing = right.verbs.filter((verb) => !held.includes(verb));
  const resource = describeResource(right);
  const passed = missing.length === 0;
  return {
    name: `may-use-${resource}`,
    passed,
    severity: 'blocking',
    message: passed
      ? `may ${right.verbs.join(', ')} ${resource} ${where(right, context.namespace)}`
      : `may not ${missing.join(', ')} ${resource} ${where(right, context.namespace)}`,
    fix: passed ? null : ONBOARDING,
  };
};

const forbiddenCheck = async (context: KubernetesContext, right: Right): Promise<PreflightCheck> => {
  const held = await heldVerbs(context, right);
  const resource = describeResource(right);
  const passed = held.length === 0;
  return {
    name: `must-not-use-${resource}-${right.scope}`,
    passed,
    severity: 'warning',
    message: passed
      ? `may not touch ${resource} ${where(right, context.namespace)}, as it should be`
      : `may ${held.join(', ')} ${resource} ${where(right, context.namespace)}, which is more than we need`,
    fix: passed ? null : 'remove the other roles bound to the identity that Phoenix uses',
  };
};
