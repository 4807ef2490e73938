import type { Container, Pod } from './pod.ts';

export type ContainerState =
  | { readonly is: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly is: 'running'; readonly startedAt: string }
  | ({ readonly is: 'terminated' } & Termination);

export interface Termination {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason: 'Completed' | 'Error';
  readonly message?: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

export interface PodFacts {
  readonly podIp: string;
  readonly hostIp: string;
  readonly startedAt: string;
  readonly state: ContainerState;
  readonly last?: Termination;
  readonly restartCount: number;
  readonly isReady: boolean;
  readonly containerId: string;
}

/** The whole status as it is sent: keys of states that are over are sent as null, or the API server would keep them. */
export const statusOf = (pod: Pod, container: Container, facts: PodFacts, now: string) => ({
  phase: phaseOf(pod, facts.state),
  hostIP: facts.hostIp,
  hostIPs: [{ ip: facts.hostIp }],
  podIP: facts.podIp,
  podIPs: [{ ip: facts.podIp }],
  startTime: facts.startedAt,
  conditions: [
    condition('PodReadyToStartContainers', true, now),
    condition('Initialized', true, now),
    condition('ContainersReady', facts.isReady, now),
    condition('Ready', facts.isReady, now),
  ],
  containerStatuses: [
    {
      name: container.name,
      image: container.image,
      imageID: container.image,
      containerID: facts.containerId,
      ready: facts.isReady,
      started: facts.state.is === 'running',
      restartCount: facts.restartCount,
      state: stateOnTheWire(facts.state),
      lastState:
        facts.last === undefined
          ? { waiting: null, running: null, terminated: null }
          : stateOnTheWire({ is: 'terminated', ...facts.last }),
    },
  ],
});

export const phaseOf = (pod: Pod, state: ContainerState): 'Pending' | 'Running' | 'Succeeded' | 'Failed' => {
  const policy = pod.spec.restartPolicy ?? 'Always';
  switch (state.is) {
    case 'running':
      return 'Running';
    case 'waiting':
      return state.reason === 'CrashLoopBackOff' ? 'Running' : 'Pending';
    case 'terminated':
      if (mayRestart(policy, state.exitCode)) return 'Running';
      return state.exitCode === 0 ? 'Succeeded' : 'Failed';
  }
};

export const mayRestart = (policy: 'Always' | 'OnFailure' | 'Never', exitCode: number): boolean =>
  policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);

const condition = (type: string, holds: boolean, now: string) => ({
  type,
  status: holds ? 'True' : 'False',
  lastTransitionTime: now,
});

const stateOnTheWire = (state: ContainerState) => {
  const nothing = { waiting: null, running: null, terminated: null };
  const { is, ...facts } = state;
  return { ...nothing, [is]: facts };
};
