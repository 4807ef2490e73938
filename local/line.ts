import { join } from 'node:path';
import { type Client, makeClient } from '../src/client/client.ts';
import type { ClusterId } from '../src/kernel/identity.ts';
import { systemIds } from '../src/kernel/system.ts';
import { startLoad } from './demo/load.ts';
import { type Deployment, deployToEmulator } from './deploy/deploy.ts';
import {
  type Environment,
  type EnvironmentOptions,
  type Part,
  type Progress,
  startEnvironment,
} from './environment.ts';
import { awsEnvironmentOf } from './parts/emulator.ts';
import { LIFE_VARIABLE, startStopwatch } from './processes/machine.ts';
import { type Person, registerLocalCluster, seedPeople } from './seed.ts';

/** What the screen is told: parts of the environment, and what is built on them. */
export type LineProgress =
  | Progress
  | (Omit<Progress, 'part'> & { readonly part: 'stacks' | 'people' | 'cluster check' });

/** The whole product on this machine, as people and tests use it. */
export interface Line {
  readonly environment: Environment;
  readonly deployment: Promise<Deployment>;
  /** one of each role, with passwords that are made at each start */
  readonly people: Promise<readonly Person[]>;
  /** the local cluster, registered through the API, its nodes in the inventory */
  readonly clusterId: Promise<ClusterId>;
  /** a signed-in client of a person with this role */
  clientOf(role: Person['role']): Promise<Client>;
  stop(): Promise<void>;
}

export interface LineOptions extends EnvironmentOptions {
  /** a compatible emulator that runs already, such as LocalStack; ours is not started then */
  readonly endpoint?: string;
  /** `host:port` that the stage lists beside the local cluster and its metrics store, and for notifications alone */
  readonly alsoListed?: readonly string[];
}

const PARTS_BESIDE_AWS: readonly Part[] = ['prometheus', 'collector', 'cluster', 'nodes'];

/**
 * Brings up environment, stacks, people and cluster. Answers at once; each part is a promise. The stacks do not wait
 * for the cluster: the addresses are chosen before anything starts.
 */
export const startLine = async (options: LineOptions, report: (progress: LineProgress) => void): Promise<Line> => {
  const { endpoint, alsoListed = [], ...wanted } = options;
  const region = wanted.region ?? 'us-east-1';
  const ownCloud = endpoint === undefined;
  const environment = await startEnvironment(ownCloud ? wanted : { ...wanted, parts: PARTS_BESIDE_AWS }, report);
  const addresses = ownCloud ? environment.addresses : { ...environment.addresses, emulator: endpoint };
  const awsEnvironment = awsEnvironmentOf(addresses.emulator, region);
  const stopping = new AbortController();
  const timed = async <T>(
    part: LineProgress['part'],
    doing: string,
    expectedSeconds: number,
    work: (doingNow: (step: string, detail?: string) => void) => Promise<readonly [T, string]>,
  ): Promise<T> => {
    const elapsedSeconds = startStopwatch();
    const tell = (state: Progress['state'], detail: string, step = detail) =>
      report({ part, state, detail, step, elapsedSeconds: elapsedSeconds(), expectedSeconds } as LineProgress);
    let now = { step: doing, detail: doing };
    const tellNow = () => tell('working', now.detail, now.step);
    tellNow();
    const timer = setInterval(tellNow, 1000);
    try {
      const [value, where] = await work((step, detail) => {
        now = { step, detail: detail === undefined ? step : `${step}, ${detail}` };
        tellNow();
      });
      clearInterval(timer);
      tell('ready', where);
      return value;
    } catch (cause) {
      clearInterval(timer);
      if (!stopping.signal.aborted) tell('failed', cause instanceof Error ? cause.message : String(cause));
      throw cause;
    }
  };

  const deployment = (ownCloud ? environment.ready.emulator : Promise.resolve()).then(() =>
    timed('stacks', 'bundling functions, writing templates', 25, async (doingNow) => {
      const deployed = await deployToEmulator({
        endpoint: addresses.emulator,
        region,
        awsEnvironment: { ...awsEnvironment, [LIFE_VARIABLE]: environment.lifeId },
        logFolder: join(environment.stateFolder, 'logs'),
        report: doingNow,
        abort: stopping.signal,
        overrides: {
          settings: {
            allowedDirectClusters: [new URL(addresses.kubernetes).host, ...alsoListed],
            allowedMetricSources: [new URL(addresses.prometheus).host, ...alsoListed],
            allowedNotificationHosts: [...alsoListed],
          },
        },
      });
      return [deployed, deployed.summary];
    }),
  );

  const people = deployment.then((deployed) =>
    timed('people', 'one of each role', 2, async () => {
      const seeded = await seedPeople({ deployment: deployed, awsEnvironment });
      return [seeded, `${seeded.length}, one of each role`];
    }),
  );

  const clientOf = async (role: Person['role']): Promise<Client> => {
    const [{ apiUrl }, everybody] = await Promise.all([deployment, people]);
    const person = everybody.find((each) => each.role === role);
    if (person === undefined) throw new Error(`nobody has the role ${role}`);
    return makeClient({ baseUrl: apiUrl, token: sessionOf(apiUrl, person), newIdempotencyKey: () => systemIds.ulid() });
  };

  const { cluster, nodes, prometheus } = environment.ready;
  const clusterId = Promise.all([deployment, cluster, people, nodes, prometheus]).then(([deployed, runningCluster]) =>
    timed('cluster check', 'registered, looked at by a worker', 10, async () => {
      const id = await registerLocalCluster({
        client: await clientOf('admin'),
        cluster: runningCluster,
        addresses,
        deployment: deployed,
        awsEnvironment,
      });
      return [id, id];
    }),
  );
  // each of these is awaited by whoever needs it; nobody has to, for the process to live
  for (const part of [deployment, people, clusterId]) part.catch(() => {});

  const stop = async (): Promise<void> => {
    stopping.abort(new Error('the environment is being stopped'));
    await Promise.all([environment.stop(), deployment.catch(() => {})]);
  };
  return { environment, deployment, people, clusterId, clientOf, stop };
};

/** Signs in at the first call and again a minute before the token ends. */
const sessionOf = (apiUrl: string, person: Person): (() => Promise<string>) => {
  let session: { readonly token: string; readonly renewAt: number } | null = null;
  return async () => {
    if (session !== null && performance.now() < session.renewAt) return session.token;
    const { body } = await makeClient({ baseUrl: apiUrl }).login({
      body: { email: person.email, password: person.password },
    });
    session = { token: body.accessToken, renewAt: performance.now() + (body.expiresInSeconds - 60) * 1000 };
    return session.token;
  };
};

export const startDemoLoad = ({ stateFolder, lifeId }: Environment) =>
  startLoad({ folder: join(stateFolder, 'load'), lifeId });
