import { describe, expect, test } from 'vitest';
import { backOffSeconds, crashesInARow } from '../../../local/kubelet/back-off.ts';
import { programOf } from '../../../local/kubelet/images.ts';
import type { Container, Pod } from '../../../local/kubelet/pod.ts';
import { expandReferences, type Placement, resolveEnvironment } from '../../../local/kubelet/pod-environment.ts';
import { mayRestart, phaseOf, statusOf, type Termination } from '../../../local/kubelet/pod-status.ts';
import { quantityOf } from '../../../local/kubelet/quantity.ts';
import { capabilitiesOf, rootScript } from '../../../local/kubelet/root-script.ts';
import { rewritePaths } from '../../../local/kubelet/shared-root.ts';

const T0 = '2026-01-05T10:00:00.000Z';

const podWith = (container: Partial<Container> = {}, spec: Partial<Pod['spec']> = {}): Pod => ({
  metadata: {
    name: 'collector-x7k2p',
    namespace: 'phoenix-exp',
    uid: 'u-1',
    labels: { 'phoenix.dev/experiment': 'exp-1' },
    annotations: { 'phoenix.dev/epoch': '3' },
  },
  spec: { containers: [{ name: 'collector', image: 'phoenix/collector:1', ...container }], ...spec },
});

const placement: Placement = {
  podIp: '127.1.2.7',
  hostIp: '127.1.2.1',
  nodeName: 'phoenix-2',
  nodeCpuCores: 4,
  nodeMemoryBytes: 8 * 1024 ** 3,
};

const environmentOf = (container: Partial<Container>, configMaps = {}): Record<string, string> => {
  const pod = podWith(container);
  const [first] = pod.spec.containers;
  if (first === undefined) throw new Error('no container');
  return resolveEnvironment(pod, first, placement, configMaps);
};

const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });

describe('the environment of a container', () => {
  test('has fields of the pod and of its place', () => {
    expect(
      environmentOf({
        env: [
          field('IP', 'status.podIP'),
          field('NODE', 'spec.nodeName'),
          field('HOST', 'status.hostIP'),
          field('NAME', 'metadata.name'),
          field('EXPERIMENT', "metadata.labels['phoenix.dev/experiment']"),
          field('EPOCH', "metadata.annotations['phoenix.dev/epoch']"),
          field('NOTHING', "metadata.labels['missing']"),
        ],
      }),
    ).toEqual({
      IP: '127.1.2.7',
      NODE: 'phoenix-2',
      HOST: '127.1.2.1',
      NAME: 'collector-x7k2p',
      EXPERIMENT: 'exp-1',
      EPOCH: '3',
      NOTHING: '',
    });
  });

  test('expands references to what stands before, and only that', () => {
    const env = environmentOf({
      env: [
        { name: 'LATER', value: '$(HOST)' },
        { name: 'HOST', value: 'h' },
        { name: 'URL', value: 'http://$(HOST)/$(UNKNOWN)/$$(HOST)' },
      ],
    });
    expect(env).toEqual({ LATER: '$(HOST)', HOST: 'h', URL: 'http://h/$(UNKNOWN)/$(HOST)' });
  });

  test('takes keys of ConfigMaps, with a prefix where one is asked for; named variables win', () => {
    const env = environmentOf(
      {
        envFrom: [{ prefix: 'P_', configMapRef: { name: 'settings' } }],
        env: [
          { name: 'P_a', value: 'mine' },
          { name: 'B', valueFrom: { configMapKeyRef: { name: 'settings', key: 'b' } } },
          { name: 'C', valueFrom: { configMapKeyRef: { name: 'settings', key: 'c', optional: true } } },
        ],
      },
      { settings: { a: '1', b: '2' } },
    );
    expect(env).toEqual({ P_a: 'mine', P_b: '2', B: '2' });
  });

  test('computes limits in the unit that is asked for, and falls back to the node', () => {
    const limit = (resource: string, divisor?: string) => ({
      name: resource,
      valueFrom: { resourceFieldRef: { resource, ...(divisor === undefined ? {} : { divisor }) } },
    });
    expect(
      environmentOf({
        resources: { limits: { memory: '256Mi' } },
        env: [limit('limits.memory', '1Mi'), limit('limits.cpu')],
      }),
    ).toEqual({ 'limits.memory': '256', 'limits.cpu': '4' });
  });

  test.each([
    ['a field that nobody knows', [field('X', 'spec.unknown')], 'field spec.unknown is not known'],
    ['a missing key', [{ name: 'X', valueFrom: { configMapKeyRef: { name: 's', key: 'k' } } }], "couldn't find key k"],
    ['a secret', [{ name: 'X', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }], 'resolves no secrets'],
  ])('refuses %s', (_title, env, message) => {
    expect(() => environmentOf({ env })).toThrow(message);
  });

  test('a reference without a closing bracket is text', () => {
    expect(expandReferences('$(A', { A: '1' })).toBe('$(A');
  });
});

describe('restarts', () => {
  test('the first follows at once, then the wait doubles up to a minute', () => {
    expect([1, 2, 3, 4, 8, 9].map(backOffSeconds)).toEqual([0, 1, 2, 4, 60, 60]);
  });

  test('a container that ran two minutes begins to count anew', () => {
    expect(crashesInARow(5, 119.9)).toBe(6);
    expect(crashesInARow(5, 120)).toBe(1);
  });

  test.each([
    ['Always', 0, true],
    ['Always', 1, true],
    ['OnFailure', 0, false],
    ['OnFailure', 1, true],
    ['Never', 1, false],
  ] as const)('policy %s after code %i: %s', (policy, code, answer) => {
    expect(mayRestart(policy, code)).toBe(answer);
  });
});

describe('the status of a pod', () => {
  const ended: Termination = { exitCode: 1, reason: 'Error', startedAt: T0, finishedAt: T0, message: 'bad settings' };

  test('says in which phase it is', () => {
    const job = podWith({}, { restartPolicy: 'Never' });
    expect(phaseOf(podWith(), { is: 'waiting', reason: 'ContainerCreating' })).toBe('Pending');
    expect(phaseOf(podWith(), { is: 'waiting', reason: 'CrashLoopBackOff' })).toBe('Running');
    expect(phaseOf(podWith(), { is: 'terminated', ...ended })).toBe('Running');
    expect(phaseOf(job, { is: 'terminated', ...ended })).toBe('Failed');
    expect(phaseOf(job, { is: 'terminated', ...ended, exitCode: 0 })).toBe('Succeeded');
  });

  test('sends states that are over as null, and keeps the last words', () => {
    const pod = podWith();
    const [container] = pod.spec.containers;
    if (container === undefined) throw new Error('no container');
    const status = statusOf(
      pod,
      container,
      {
        podIp: '127.1.1.2',
        hostIp: '127.1.1.1',
        startedAt: T0,
        state: { is: 'running', startedAt: T0 },
        last: ended,
        restartCount: 2,
        isReady: false,
        containerId: 'process://1',
      },
      T0,
    );
    expect(status.containerStatuses[0]).toMatchObject({
      state: { running: { startedAt: T0 }, waiting: null, terminated: null },
      lastState: { terminated: { exitCode: 1, message: 'bad settings' }, running: null },
      restartCount: 2,
    });
    expect(status.conditions.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'False' });
  });
});

describe('the program of an image', () => {
  const images = {
    'otel/opentelemetry-collector-contrib': { program: '/otelcol' },
    'phoenix/collector:0.159.0': { program: '/ours' },
  };
  test.each([
    ['otel/opentelemetry-collector-contrib:0.159.0', '/otelcol'],
    ['otel/opentelemetry-collector-contrib@sha256:00ff', '/otelcol'],
    ['otel/opentelemetry-collector-contrib:0.159.0@sha256:00ff', '/otelcol'],
    ['docker.io/otel/opentelemetry-collector-contrib:0.159.0', '/otelcol'],
    ['localhost:5000/otel/opentelemetry-collector-contrib', '/otelcol'],
    ['phoenix/collector:0.159.0', '/ours'],
    ['phoenix/collector:0.160.0', undefined],
    ['nginx', undefined],
  ])('%s is %s', (image, program) => {
    expect(programOf(image, images)).toBe(program);
  });
});

describe('the root of a container', () => {
  const script = rootScript({
    root: '/state/root',
    program: '/collector',
    mounts: [
      { source: '/sys', target: '/hostfs/sys', readOnly: true, isFile: false },
      { source: "/state/it's", target: '/conf', readOnly: false, isFile: false },
    ],
    security: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  });

  test('mounts read-only what shall be, quotes every path, and becomes the program', () => {
    expect(script).toContain("mount --rbind '/sys' '/state/root/hostfs/sys'");
    expect(script).toContain("mount -o remount,bind,ro,nosuid,nodev '/state/root/hostfs/sys'");
    expect(script).toContain(`mount --rbind '/state/it'\\''s' '/state/root/conf'`);
    expect(script).not.toContain("remount,bind,ro,nosuid,nodev '/state/root/conf'");
    expect(script.trimEnd().split('\n').at(-1)).toBe(
      `exec setpriv --pdeathsig KILL --bounding-set=-all,+sys_chroot --no-new-privs -- chroot '/state/root' '/collector' "$@"`,
    );
  });

  test('has the capabilities that Kubernetes would give', () => {
    expect(capabilitiesOf({})).not.toContain('sys_ptrace');
    expect(capabilitiesOf({ capabilities: { drop: ['ALL'] } })).toEqual([]);
    expect(capabilitiesOf({ capabilities: { drop: ['ALL'], add: ['CAP_SYS_PTRACE'] } })).toEqual(['sys_ptrace']);
    expect(capabilitiesOf({ capabilities: { drop: ['KILL'] } })).not.toContain('kill');
    expect(capabilitiesOf({ privileged: true })).toBe('all');
  });
});

describe('without a root of its own', () => {
  const mounts = [
    { source: '/state/conf', target: '/conf', readOnly: true, isFile: false },
    { source: '/proc', target: '/hostfs/proc', readOnly: true, isFile: false },
    { source: '/sys', target: '/hostfs/sys', readOnly: true, isFile: false },
  ];
  test.each([
    ['--config=/conf/collector.yaml', '--config=/state/conf/collector.yaml'],
    ['/hostfs', '/'],
    ['/hostfs/proc/stat', '/proc/stat'],
    ['/config', '/config'],
    ['/other/conf', '/other/conf'],
    ['a:/conf b:/conf', 'a:/state/conf b:/state/conf'],
  ])('%s is %s', (written, real) => {
    expect(rewritePaths(written, mounts)).toBe(real);
  });
});

describe('quantities', () => {
  test.each([
    ['1', 1],
    ['250m', 0.25],
    ['128Mi', 128 * 1024 ** 2],
    ['1.5G', 1.5e9],
  ])('%s is %d', (text, amount) => {
    expect(quantityOf(text)).toBe(amount);
  });
  test('anything else is refused', () => {
    expect(() => quantityOf('12 parsecs')).toThrow('is not a quantity');
  });
});
