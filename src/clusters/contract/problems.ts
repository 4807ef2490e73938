import type { Problems } from '../../platform/declare/problem.ts';

export const CLUSTER_PROBLEMS = {
  'resource-exists': { status: 409, title: 'The name is taken', retry: 'after-change' },
  'address-not-allowed': { status: 422, title: 'This address is not on the list of the stage', retry: 'never' },
  'cluster-in-use': { status: 409, title: 'Objects of ours are still on the cluster', retry: 'later' },
  'cluster-unreachable': { status: 503, title: 'The cluster does not answer', retry: 'later' },
  'cluster-unauthorized': { status: 503, title: 'The cluster does not accept our credentials', retry: 'after-change' },
  'cluster-forbidden': { status: 503, title: 'Rights on the cluster are missing', retry: 'after-change' },
  'cluster-rejected-object': { status: 422, title: 'The cluster refused an object', retry: 'after-change' },
  'cluster-conflict': { status: 409, title: 'Somebody else owns a field that we want to write', retry: 'after-change' },
  'cluster-busy': { status: 503, title: 'The cluster is still removing earlier objects of ours', retry: 'later' },
  'cluster-namespace-missing': { status: 422, title: 'The namespace does not exist', retry: 'after-change' },
} as const satisfies Problems;
