import { counted } from '../../kernel/words.ts';
import type { PreflightCheck } from './cluster.ts';

/**
 * Whether pods that mount the node's /proc and /sys may run in our namespace. No dry run would tell: a DaemonSet is taken,
 * and its pods are refused later.
 */
export const podSecurityCheck = (
  namespace: string,
  labels: Readonly<Record<string, string>> | undefined,
): PreflightCheck => {
  const level = labels?.[ENFORCED];
  const passed = level === undefined || level === 'privileged';
  return {
    name: 'pod-security',
    passed,
    severity: 'blocking',
    message:
      level === undefined
        ? `namespace ${namespace} names no Pod Security level, so what the cluster has as default holds`
        : passed
          ? `Pod Security of namespace ${namespace} lets collectors read their node`
          : `Pod Security of namespace ${namespace} is ${level}, and collectors mount /proc and /sys of their node`,
    fix: passed ? null : `kubectl label namespace ${namespace} --overwrite ${ENFORCED}=privileged`,
  };
};

const ENFORCED = 'pod-security.kubernetes.io/enforce';

/** Whether there is a node for a selector of an experiment to match; which ones it means is found when it is checked. */
export const nodesCheck = (nodes: readonly { readonly ready: boolean }[]): PreflightCheck => {
  const ready = nodes.filter((node) => node.ready).length;
  const passed = ready > 0;
  return {
    name: 'nodes',
    passed,
    severity: 'blocking',
    message:
      nodes.length === 0
        ? 'it has no nodes'
        : `${ready} of ${counted(nodes.length, 'node')} ${ready === 1 ? 'is' : 'are'} ready`,
    fix: passed ? null : 'start a node, or see with `kubectl get nodes` why none is ready; then check again',
  };
};
