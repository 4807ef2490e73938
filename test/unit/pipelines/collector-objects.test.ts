import { describe, expect, test } from 'vitest';
import type { Epoch } from '../../../src/kernel/identity.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { type CollectorWish, collectorObjects } from '../../../src/pipelines/domain/collector-objects.ts';
import { renderPipeline } from '../../../src/pipelines/domain/render.ts';
import { settingsCheck } from '../../../src/pipelines/domain/settings-check.ts';
import { PipelineChoice } from '../../../src/pipelines/domain/template.ts';

const renderedAs = (template: string) => {
  const outcome = renderPipeline(
    PipelineChoice.parse({ template }),
    { remoteWriteAuth: 'none', collectionIntervalSeconds: 10, criticalProcesses: [] },
    sha256,
  );
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  return outcome.value;
};

const wish = (more: Partial<CollectorWish> = {}): CollectorWish => ({
  owner: 'exp-0123456789ab',
  epoch: 3 as Epoch,
  variant: 'baseline',
  rendered: renderedAs('baseline'),
  nodeNames: ['node-2', 'node-1'],
  image: 'registry.example/collector@sha256:0',
  clusterName: 'prod',
  remoteWriteUrl: 'https://store.example/api/v1/write',
  ...more,
});

interface Container {
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly [field: string]: unknown;
}
interface DaemonSet {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>>; readonly annotations: object };
      readonly spec: { readonly containers: readonly [Container]; readonly [field: string]: unknown };
    };
  };
}
const daemonSetOf = (given: CollectorWish): DaemonSet =>
  collectorObjects(given).find(({ kind }) => kind === 'DaemonSet') as object as DaemonSet;
const containerOf = (given: CollectorWish): Container => daemonSetOf(given).spec.template.spec.containers[0];

describe('the objects of a variant', () => {
  test('two variants on the same nodes share no name', () => {
    const names = (['baseline', 'candidate'] as const).flatMap((variant) =>
      collectorObjects(wish({ variant })).map(({ kind, metadata }) => `${kind}/${metadata.name}`),
    );
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(10);
  });

  test('names are legal for every owner, also the longest', () => {
    const objects = collectorObjects(wish({ owner: `dep-${'x'.repeat(34)}`, variant: 'candidate' }));
    for (const { metadata } of objects) expect(metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    expect(Math.max(...objects.map(({ metadata }) => metadata.name.length))).toBe(63);
    expect(() => collectorObjects(wish({ owner: `dep-${'x'.repeat(35)}` }))).toThrow('cannot stand in names');
  });

  test('settings are immutable and named by their hash; other settings are another object and other pods', () => {
    const settings = (given: CollectorWish) => collectorObjects(given).find(({ kind }) => kind === 'ConfigMap');
    const one = wish();
    const other = wish({ rendered: renderedAs('top-k') });
    expect(settings(one)).toMatchObject({
      metadata: { name: `cfg-exp-0123456789ab-baseline-${one.rendered.sha256.slice(0, 10)}` },
      immutable: true,
      data: { 'collector.yaml': one.rendered.yaml },
    });
    expect(settings(other)?.metadata.name).not.toBe(settings(one)?.metadata.name);
    expect(daemonSetOf(one).spec.template.metadata.annotations).toEqual({
      'phoenix.dev/settings-sha256': one.rendered.sha256,
    });
  });

  test('pods carry the labels that select them, whatever the epoch', () => {
    const { selector, template } = daemonSetOf(wish()).spec;
    expect(template.metadata.labels).toMatchObject(selector.matchLabels);
    expect(daemonSetOf(wish({ epoch: 4 as Epoch })).spec.selector).toEqual(selector);
  });

  test('they run on the named nodes only', () => {
    expect(daemonSetOf(wish()).spec.template.spec['affinity']).toEqual({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node-1', 'node-2'] }],
            },
          ],
        },
      },
    });
  });

  test('of the node they see /proc and /sys, read-only, and nothing else', () => {
    const { volumes } = daemonSetOf(wish()).spec.template.spec;
    expect(volumes).toEqual([
      { name: 'settings', configMap: { name: expect.stringMatching(/^cfg-/) } },
      { name: 'proc', hostPath: { path: '/proc', type: 'Directory' } },
      { name: 'sys', hostPath: { path: '/sys', type: 'Directory' } },
    ]);
    expect(containerOf(wish())['volumeMounts']).toEqual([
      { name: 'settings', mountPath: '/settings', readOnly: true },
      { name: 'proc', mountPath: '/hostfs/proc', readOnly: true },
      { name: 'sys', mountPath: '/hostfs/sys', readOnly: true },
    ]);
  });

  test('they hold no token, cannot gain rights, and have no CPU limit that would bias the measurement', () => {
    const pod = daemonSetOf(wish()).spec.template.spec;
    expect(pod).toMatchObject({ automountServiceAccountToken: false });
    expect(pod).not.toHaveProperty('hostNetwork');
    expect(pod).not.toHaveProperty('hostPID');
    expect(containerOf(wish())).toMatchObject({
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'], add: ['SYS_PTRACE', 'DAC_READ_SEARCH'] },
      },
    });
    expect(containerOf(wish())['resources']).not.toHaveProperty('limits.cpu');
  });

  test('the environment answers every variable that the settings ask for without a default', () => {
    const asked = [...wish().rendered.yaml.matchAll(/\$\{env:(\w+)\}/g)].map(([, name]) => name);
    const given = containerOf(wish()).env.map(({ name }) => name);
    expect(asked.filter((name) => !given.includes(name ?? ''))).toEqual([]);
    expect(containerOf(wish()).env).toContainEqual({ name: 'PHX_EPOCH', value: 'e3' });
    expect(containerOf(wish()).env).toContainEqual({ name: 'GOMEMLIMIT', value: '429496729' });
  });

  test('the variants differ in name, label and settings alone', () => {
    const neutral = (variant: 'baseline' | 'candidate') =>
      JSON.stringify(collectorObjects(wish({ variant }))).replaceAll(variant, 'variant');
    // the template's own name is in its YAML
    const [one, other] = [neutral('baseline'), neutral('candidate')].map((text) => text.replace(/"data":\{.*?\}/, ''));
    expect(other).toBe(one);
  });

  test('on AWS an existing service account is used instead of one of ours, and its role can be reached', () => {
    const objects = collectorObjects(wish({ awsRegion: 'eu-west-1', serviceAccountName: 'collector-writes' }));
    expect(objects.map(({ kind }) => kind)).not.toContain('ServiceAccount');
    expect(JSON.stringify(objects)).toContain('"serviceAccountName":"collector-writes"');
    expect(JSON.stringify(objects)).toContain('169.254.170.23/32');
  });

  test('a policy lets in scrapers and probes, and lets out names and the store', () => {
    const policy = collectorObjects(wish({ remoteWriteUrl: 'http://10.0.0.1:9090/api/v1/write' })).find(
      ({ kind }) => kind === 'NetworkPolicy',
    );
    expect(policy).toMatchObject({
      spec: {
        ingress: [{ ports: [{ port: 8888 }, { port: 13133 }] }],
        egress: [{ ports: [{ port: 53 }, { port: 53 }] }, { ports: [{ port: 9090 }] }],
      },
    });
  });
});

describe('the check of a variant before it is deployed', () => {
  const jobOf = (given: CollectorWish): DaemonSet =>
    settingsCheck(given).objects.find(({ kind }) => kind === 'Job') as object as DaemonSet;
  const podOf = (given: CollectorWish) => jobOf(given).spec.template;

  test('runs the very collector over the very settings that will run, on the same nodes', () => {
    const [settings] = settingsCheck(wish()).objects;
    expect(collectorObjects(wish())).toContainEqual(settings);
    const { containers, volumes, affinity } = podOf(wish()).spec;
    expect(containers[0]).toMatchObject({
      image: wish().image,
      args: ['validate', '--config=/settings/collector.yaml'],
      terminationMessagePolicy: 'FallbackToLogsOnError',
    });
    expect(volumes).toEqual([{ name: 'settings', configMap: { name: settings?.metadata.name } }]);
    expect(affinity).toEqual(daemonSetOf(wish()).spec.template.spec['affinity']);
  });

  test('sees nothing of its node, has no right, and reaches nobody', () => {
    const { spec } = podOf(wish());
    expect(JSON.stringify(spec)).not.toMatch(/hostPath|SYS_PTRACE|serviceAccountName|hostNetwork/);
    expect(spec).toMatchObject({ automountServiceAccountToken: false });
    expect(spec.containers[0]['securityContext']).toMatchObject({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
    const policy = settingsCheck(wish()).objects.find(({ kind }) => kind === 'NetworkPolicy');
    expect(policy?.['spec']).toEqual({
      podSelector: { matchLabels: { 'phoenix.dev/owner': wish().owner, 'phoenix.dev/checks': 'baseline' } },
      policyTypes: ['Ingress', 'Egress'],
    });
    expect(podOf(wish()).metadata.labels).toMatchObject({ 'phoenix.dev/checks': 'baseline' });
  });

  test('reads no secret, and asks for no credentials to validate a signature', () => {
    const rendered = renderedAs('baseline');
    const secrets = [{ variable: 'STORE_KEY', secret: { name: 'store', key: 'key' } }];
    const { env } = podOf(wish({ rendered: { ...rendered, needs: { ...rendered.needs, secrets } } })).spec
      .containers[0];
    expect(JSON.stringify(env)).not.toContain('secretKeyRef');
    expect(env).toContainEqual({ name: 'STORE_KEY', value: 'not-read' });
    expect(env).toContainEqual({ name: 'AWS_EC2_METADATA_DISABLED', value: 'true' });
  });

  test('is no collector for those who count or scrape them', () => {
    const { labels } = podOf(wish()).metadata;
    expect(labels).not.toHaveProperty('phoenix.dev/variant');
    expect(podOf(wish()).spec.containers[0]).not.toHaveProperty('ports');
  });

  test('is another one in another epoch, with a legal name for the longest owner', () => {
    expect(settingsCheck(wish({ epoch: 4 as Epoch })).job).not.toBe(settingsCheck(wish()).job);
    const { job } = settingsCheck(
      wish({ owner: `dep-${'x'.repeat(34)}`, variant: 'candidate', epoch: 999_999 as Epoch }),
    );
    expect(job).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  });
});
