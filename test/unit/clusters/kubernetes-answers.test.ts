import { ApiException, type V1Job, type V1Pod } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { failureOf, retryAdvice } from '../../../src/clusters/adapters/kubernetes-errors.ts';
import { jobEndOf } from '../../../src/clusters/adapters/kubernetes-jobs.ts';
import { quantityOf } from '../../../src/clusters/adapters/kubernetes-nodes.ts';
import { makePersist } from '../../../src/clusters/adapters/kubernetes-patience.ts';
import { readinessOf, type Workload } from '../../../src/clusters/adapters/kubernetes-readiness.ts';
import { VARIANT } from '../../../src/clusters/domain/marks.ts';
import { testClock } from '../../support/platform.ts';

const answer = (code: number, message: string, headers: Record<string, string> = {}) =>
  new ApiException(code, 'refused', JSON.stringify({ kind: 'Status', message }), headers);
const brokenSocket = () => new TypeError('fetch failed', { cause: new Error('read ECONNRESET') });

describe('answers of the API server in our words', () => {
  test.each([
    [401, 'Unauthorized', 'cluster-unauthorized'],
    [403, 'pods is forbidden: User "phoenix" cannot list', 'cluster-forbidden'],
    [403, 'unable to create new content in namespace x because it is being terminated', 'cluster-namespace-missing'],
    [404, 'namespaces "phoenix-exp" not found', 'cluster-namespace-missing'],
    [409, 'Apply failed with 1 conflict: conflict with "kubectl"', 'cluster-conflict'],
    [422, 'ConfigMap "x" is invalid: data: field is immutable', 'cluster-rejected-object'],
    [
      500,
      'failed to create typed patch object: .spec.tmplate: field not declared in schema',
      'cluster-rejected-object',
    ],
    [500, 'etcdserver: leader changed', 'cluster-unreachable'],
    [503, 'apiserver not ready', 'cluster-unreachable'],
  ])('%i %s is %s', (code, message, expected) => {
    const failure = failureOf(answer(code, message));
    expect(failure.code).toBe(expected);
    expect(failure.message).toContain(message);
  });

  test('a broken socket is unreachable and tells what broke', () => {
    expect(failureOf(brokenSocket())).toMatchObject({
      code: 'cluster-unreachable',
      message: expect.stringContaining('ECONNRESET'),
    });
  });

  test('our own mistakes are not blamed on the cluster', () => {
    expect(() => failureOf(new TypeError('x is not a function'))).toThrow('x is not a function');
  });
});

describe('asking again', () => {
  const bench = (answers: (Error | string)[]) => {
    const clock = testClock();
    const sleptMs: number[] = [];
    let forgotten = 0;
    const persist = makePersist(
      {
        clock,
        chance: () => 0.5,
        sleep: async (ms) => {
          sleptMs.push(ms);
          clock.advance(ms / 1000);
        },
      },
      () => {
        forgotten += 1;
      },
    );
    const ask = () =>
      persist(async () => {
        const next = answers.shift();
        if (next === undefined) throw new Error('asked more often than expected');
        if (next instanceof Error) throw next;
        return next;
      });
    return { ask, sleptMs, forgotten: () => forgotten, clock };
  };

  test('a fifth try may still succeed, a sixth is not made', async () => {
    const broken = Array.from({ length: 4 }, brokenSocket);
    const lucky = bench([...broken, 'at last']);
    expect(await lucky.ask()).toBe('at last');
    expect(lucky.sleptMs).toEqual([125, 250, 500, 1000]);
    await expect(bench(Array.from({ length: 5 }, brokenSocket)).ask()).rejects.toThrow('fetch failed');
  });

  test('a token is refreshed once', async () => {
    const once = bench([answer(401, 'Unauthorized'), 'welcome']);
    expect(await once.ask()).toBe('welcome');
    expect(once.forgotten()).toBe(1);
    const never = bench([answer(401, 'Unauthorized'), answer(401, 'Unauthorized')]);
    await expect(never.ask()).rejects.toThrow('401');
    expect(never.forgotten()).toBe(1);
  });

  test('waits as long as the server asks, at most half a minute', async () => {
    const polite = bench([
      answer(429, 'later', { 'retry-after': '3' }),
      answer(429, 'later', { 'retry-after': '90' }),
      'ok',
    ]);
    expect(await polite.ask()).toBe('ok');
    expect(polite.sleptMs).toEqual([3000, 30_000]);
  });

  test.each([400, 403, 404, 409, 422])('%i is terminal', async (code) => {
    const strict = bench([answer(code, 'no')]);
    await expect(strict.ask()).rejects.toThrow(String(code));
    expect(strict.sleptMs).toEqual([]);
    expect(retryAdvice(answer(code, 'no'))).toBeNull();
  });

  test('twenty seconds are enough, however slow the answers are', async () => {
    const clock = testClock();
    let asked = 0;
    const persist = makePersist({ clock, chance: () => 0.99, sleep: async () => undefined }, () => undefined);
    const slow = persist(async () => {
      asked += 1;
      clock.advance(15);
      throw answer(503, 'slow');
    });
    await expect(slow).rejects.toThrow('503');
    expect(asked).toBe(2);
  });
});

describe('sizes of nodes', () => {
  test.each([
    ['2', 2],
    ['1930m', 1.93],
    ['7906300Ki', 7_906_300 * 1024],
    ['16Gi', 16 * 2 ** 30],
    ['4G', 4e9],
    ['0.5', 0.5],
    ['many', null],
    [undefined, null],
  ])('%s is %s', (text, expected) => {
    expect(quantityOf(text)).toBe(expected);
  });
});

describe('readiness from what the cluster says', () => {
  const workload = (change: Partial<Workload> = {}): Workload => ({
    variant: 'candidate',
    desired: 1,
    namedNodes: ['node-a'],
    ...change,
  });
  const pod = (status: V1Pod['status'], change: Partial<NonNullable<V1Pod['metadata']>> = {}): V1Pod => ({
    metadata: { labels: { [VARIANT]: 'candidate' }, ...change },
    spec: { containers: [], nodeName: 'node-a' },
    ...(status === undefined ? {} : { status }),
  });
  const ready: V1Pod['status'] = { conditions: [{ type: 'Ready', status: 'True' }] };
  const first = (workloads: readonly Workload[], pods: readonly V1Pod[]) => readinessOf(workloads, pods)[0];

  test('a ready pod of the settled workload is ready', () => {
    expect(first([workload()], [pod(ready)])).toMatchObject({ desired: 1, ready: 1, nodes: [{ status: 'ready' }] });
  });

  test('a ready pod does not count before the controller has seen the newest generation', () => {
    expect(first([workload({ desired: null })], [pod(ready)])).toMatchObject({
      desired: 1,
      ready: 0,
      nodes: [{ status: 'starting' }],
    });
  });

  test('a pod that is ending does not count', () => {
    const ending = pod(ready, { deletionTimestamp: new Date(0) });
    expect(first([workload()], [ending])).toMatchObject({ ready: 0, nodes: [{ node: 'node-a', status: 'missing' }] });
  });

  test('a pod without a place says why', () => {
    const why = '0/2 nodes are available: 2 Insufficient memory.';
    const stuck = pod({ conditions: [{ type: 'PodScheduled', status: 'False', message: why }] });
    expect(first([workload()], [stuck])?.nodes).toEqual([
      { node: 'node-a', status: 'starting', restarts: 0, message: why },
    ]);
  });

  const container = (state: object, lastState: object = {}): V1Pod['status'] => ({
    containerStatuses: [
      { name: 'collector', image: 'i', imageID: '', ready: false, restartCount: 2, state, lastState },
    ],
  });

  test.each([
    [
      'the last words of the container',
      container(
        { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
        { terminated: { exitCode: 1, message: 'invalid configuration\n' } },
      ),
      'invalid configuration',
    ],
    [
      'its exit code when it said nothing',
      container({ waiting: { reason: 'CrashLoopBackOff' } }, { terminated: { exitCode: 137 } }),
      'exit code 137, CrashLoopBackOff',
    ],
    [
      'what the node says when it never ran',
      container({ waiting: { reason: 'ErrImagePull', message: 'no such image' } }),
      'ErrImagePull: no such image',
    ],
    ['the end between two starts', container({ terminated: { exitCode: 2, message: 'panic' } }), 'panic'],
  ])('a failing collector tells %s', (_, status, message) => {
    expect(first([workload()], [pod(status)])?.nodes).toEqual([
      { node: 'node-a', status: 'failing', restarts: 2, message },
    ]);
  });

  test('variants are told apart and come in a fixed order', () => {
    const variants = readinessOf([workload(), workload({ variant: 'baseline' })], [pod(ready)]);
    expect(variants.map(({ variant, ready: count }) => [variant, count])).toEqual([
      ['baseline', 0],
      ['candidate', 1],
    ]);
  });
});

describe('the end of a job from what the cluster says', () => {
  const container = (state: object): V1Pod => ({
    status: {
      containerStatuses: [{ name: 'check', image: 'i', imageID: '', ready: false, restartCount: 0, state }],
    },
  });
  const FAILED = { conditions: [{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded', message: 'too late' }] };
  const PULLING = container({ waiting: { reason: 'ImagePullBackOff', message: 'no such image' } });
  const UNPLACED: V1Pod = {
    status: { conditions: [{ type: 'PodScheduled', status: 'False', message: '2 Insufficient memory' }] },
  };

  test.each([
    ['a program that ended well', {}, [container({ terminated: { exitCode: 0 } })], { is: 'done' }],
    [
      'one that says no, in its last words',
      {},
      [container({ terminated: { exitCode: 1, message: ' Error: no\n' } })],
      { is: 'refused', message: 'Error: no' },
    ],
    [
      'one that says no without a word',
      {},
      [container({ terminated: { exitCode: 1, reason: 'Error' } })],
      { is: 'refused', message: 'it ended with 1 (Error)' },
    ],
    [
      'one that the kernel ended',
      {},
      [container({ terminated: { exitCode: 137, reason: 'OOMKilled' } })],
      { is: 'broken', message: 'it ended with 137 (OOMKilled)' },
    ],
    ['an image that is not there yet', {}, [PULLING], { is: 'running', waitsFor: 'ImagePullBackOff: no such image' }],
    ['an image that never came', FAILED, [PULLING], { is: 'broken', message: 'ImagePullBackOff: no such image' }],
    ['a job whose time is up, without a pod', FAILED, [], { is: 'broken', message: 'too late' }],
    ['a pod without a place', {}, [UNPLACED], { is: 'running', waitsFor: '2 Insufficient memory' }],
    ['no pod yet', {}, [], { is: 'running', waitsFor: 'its pod' }],
    ['a pod that runs', {}, [container({ running: {} })], { is: 'running', waitsFor: 'its pod' }],
  ] as const)('%s', (_, status, pods, end) => {
    expect(jobEndOf({ status } as V1Job, pods)).toEqual(end);
  });
});
