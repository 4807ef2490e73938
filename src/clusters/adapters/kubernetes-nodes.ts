import type { V1Node } from '@kubernetes/client-node';
import type { SeenNode } from '../application/ports.ts';
import type { KubernetesContext } from './kubernetes-context.ts';
import { everyPage } from './kubernetes-pages.ts';

/** All nodes with what an experiment needs to know of them. */
export const readNodes = async (context: KubernetesContext): Promise<readonly SeenNode[]> => {
  const nodes = await everyPage(context, (page) => context.client.core.listNode(page));
  return nodes.map(seenNode);
};

const seenNode = ({ metadata, status }: V1Node): SeenNode => ({
  name: metadata?.name ?? '',
  uid: metadata?.uid ?? '',
  ready: status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
  labels: metadata?.labels ?? {},
  cpuCores: quantityOf(status?.allocatable?.['cpu'] ?? status?.capacity?.['cpu']),
  memoryBytes: quantityOf(status?.allocatable?.['memory'] ?? status?.capacity?.['memory']),
});

const FACTOR_BY_SUFFIX: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** Reads a Kubernetes quantity: `1930m`, `7906300Ki`, `2`; null when it is none. */
export const quantityOf = (text: string | undefined): number | null => {
  const [, number, suffix] = /^(\d+(?:\.\d+)?(?:e\d+)?)([a-zA-Z]*)$/.exec(text ?? '') ?? [];
  const factor = FACTOR_BY_SUFFIX[suffix ?? ''];
  // division keeps 1930m at 1.93 where multiplication by 0.001 would not
  if (number === undefined || factor === undefined) return null;
  return factor < 1 ? Number(number) / Math.round(1 / factor) : Number(number) * factor;
};
