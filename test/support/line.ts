import { inject } from 'vitest';
import { makeKubernetesApi } from '../../local/parts/kubernetes-api.ts';
import type { Person } from '../../local/seed.ts';
import { type Client, makeClient } from '../../src/client/client.ts';
import type { ExperimentView } from '../../src/experiments/contract/views.ts';
import type { State } from '../../src/experiments/domain/vocabulary.ts';
import { ClusterId, type ExperimentId } from '../../src/kernel/identity.ts';
import { systemIds } from '../../src/kernel/system.ts';

/** The line that the project's set-up has started. */
export const line = () => inject('line');

export const clusterId = (): ClusterId => ClusterId.parse(line().clusterId);

/** A port of the loopback where nobody listens until the one test does that has this index. */
export const closedPort = (index: number): number => {
  const port = line().closedPorts[index];
  if (port === undefined) throw new Error(`the line lists no closed port ${index}`);
  return port;
};

const sessions = new Map<string, Promise<string>>();

/** An access token of the person with this role. */
export const tokenOf = (role: Person['role']): Promise<string> => {
  const known = sessions.get(role);
  if (known !== undefined) return known;
  const person = line().people.find((each) => each.role === role);
  if (person === undefined) throw new Error(`nobody has the role ${role}`);
  const token = makeClient({ baseUrl: line().apiUrl })
    .login({ body: { email: person.email, password: person.password } })
    .then(({ body }) => body.accessToken);
  sessions.set(role, token);
  return token;
};

export const clientOf = async (role: Person['role']): Promise<Client> =>
  makeClient({ baseUrl: line().apiUrl, token: await tokenOf(role), newIdempotencyKey: () => systemIds.ulid() });

/** Asks until the answer is good; says what it waited for when it never was. */
export const eventually = async <T>(
  what: string,
  deadlineSeconds: number,
  ask: () => Promise<T>,
  isGood: (answer: T) => boolean,
): Promise<T> => {
  const deadline = performance.now() + deadlineSeconds * 1000;
  for (;;) {
    const answer = await ask();
    if (isGood(answer)) return answer;
    if (performance.now() > deadline) {
      throw new Error(`waited ${deadlineSeconds} s for ${what}; last seen: ${JSON.stringify(answer)?.slice(0, 600)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

/** Waits until the experiment is seen in one of these states; the shortest, provisioning, lasts a few seconds. */
export const reaches = (
  client: Client,
  experimentId: ExperimentId,
  states: readonly State[],
  deadlineSeconds: number,
): Promise<ExperimentView> =>
  eventually(
    `${experimentId} to be ${states.join(' or ')}`,
    deadlineSeconds,
    async () => (await client.getExperiment({ params: { experimentId } })).body,
    ({ state }) => states.includes(state),
  );

const KINDS = [
  'apis/apps/v1/namespaces/phoenix-exp/daemonsets',
  'api/v1/namespaces/phoenix-exp/configmaps',
  'api/v1/namespaces/phoenix-exp/services',
  'api/v1/namespaces/phoenix-exp/serviceaccounts',
  'api/v1/namespaces/phoenix-exp/pods',
  'apis/batch/v1/namespaces/phoenix-exp/jobs',
  'apis/networking.k8s.io/v1/namespaces/phoenix-exp/networkpolicies',
] as const;

interface Listed {
  readonly items: readonly {
    readonly kind?: string;
    readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  }[];
}

/** Everything of an owner on the cluster, asked of the API server directly and as administrator: `daemonsets/name`. */
export const objectsOnCluster = async (owner: string): Promise<readonly string[]> => {
  const api = makeKubernetesApi({ endpoint: line().kubernetesUrl, caPem: line().caPem, token: line().adminToken });
  const lists = await Promise.all(
    KINDS.map(async (path) => {
      const { items } = await api.request<Listed>(
        'GET',
        `/${path}?labelSelector=${encodeURIComponent(`phoenix.dev/owner=${owner}`)}`,
      );
      return items.map(({ metadata }) => `${path.split('/').at(-1)}/${metadata.name}`);
    }),
  );
  return lists.flat().sort();
};

/** An instant query at the real Prometheus, past everything of ours. */
export const askPrometheus = async (
  promql: string,
  atEpochSeconds?: number,
): Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]> => {
  const at = atEpochSeconds === undefined ? '' : `&time=${atEpochSeconds}`;
  const response = await fetch(`${line().prometheusUrl}/api/v1/query?query=${encodeURIComponent(promql)}${at}`);
  const answer: { data: { result: { metric: Record<string, string>; value: [number, string] }[] } } =
    await response.json();
  return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
};
