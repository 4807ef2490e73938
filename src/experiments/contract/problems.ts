import { CLUSTER_PROBLEMS } from '../../clusters/contract/problems.ts';
import { type Problems, STATE_CONFLICT } from '../../platform/declare/problem.ts';

export const EXPERIMENT_PROBLEMS = {
  'experiment-validation-failed': {
    status: 422,
    title: 'The experiment cannot be run like this',
    retry: 'after-change',
  },
  'duration-not-enough': { status: 422, title: 'The measured time cannot be enough', retry: 'after-change' },
  'cluster-not-found': { status: 422, title: 'No such cluster', retry: 'after-change' },
  'cluster-unreachable': CLUSTER_PROBLEMS['cluster-unreachable'],
  'experiment-name-taken': { status: 409, title: 'Another experiment has this name', retry: 'after-change' },
  ...STATE_CONFLICT,
  'experiment-overlap-detected': { status: 409, title: 'Another experiment holds these nodes', retry: 'later' },
  'deployment-nodes-not-found': { status: 422, title: 'No node matches', retry: 'after-change' },
  'experiment-quota-exceeded': { status: 409, title: 'Too many experiments are running', retry: 'later' },
  'pause-not-allowed': { status: 409, title: 'It cannot be paused any more', retry: 'never' },
  'extension-not-allowed': { status: 409, title: 'Its horizon stays', retry: 'never' },
  'promotion-not-allowed': { status: 409, title: 'This verdict does not allow a promotion', retry: 'never' },
  'verdict-not-reached': { status: 404, title: 'There is no verdict yet', retry: 'later' },
  'usage-not-measured': { status: 409, title: 'Too little was measured yet', retry: 'later' },
  'node-not-measured': { status: 422, title: 'The experiment does not measure this node', retry: 'after-change' },
  'fleet-not-known': { status: 409, title: 'What a whole fleet would do is not known', retry: 'after-change' },
} as const satisfies Problems;
