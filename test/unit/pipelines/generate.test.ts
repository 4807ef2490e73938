import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { CollectorPlace, generate } from '../../../src/pipelines/domain/generate.ts';
import { PipelineChoice } from '../../../src/pipelines/domain/template.ts';
import { TEMPLATES } from '../../../src/pipelines/domain/templates.ts';

const PLACE = CollectorPlace.parse({
  name: 'hosts',
  clusterName: 'prod',
  remoteWriteUrl: 'https://store.example.com/api/v1/write',
  image: 'registry.example.com/collector@sha256:0',
});
const ADDRESSES = {
  PHX_LOGS_OTLP: 'https://logs.example.com:4318',
  PHX_TRACES_OTLP: 'https://traces.example.com',
};
const FRAME = { remoteWriteAuth: 'none', collectionIntervalSeconds: 60, criticalProcesses: ['nginx'] } as const;

const attempt = (template: string, place: Partial<CollectorPlace> = {}, frame: object = {}) =>
  generate(
    PipelineChoice.parse({ template }),
    { ...FRAME, ...frame },
    { ...PLACE, addresses: ADDRESSES, ...place },
    sha256,
  );

interface Named {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: never;
}
const generated = (...wish: Parameters<typeof attempt>) => {
  const outcome = attempt(...wish);
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  const { objects, rendered } = outcome.value;
  const of = (kind: string) => objects.find((object) => object.kind === kind) as never;
  return { objects: objects as readonly object[] as readonly Named[], rendered, of };
};

describe('the generator', () => {
  test('gives settings with their digest, a sentence for each part, and the objects around them', () => {
    const { objects, rendered, of } = generated('aggregated');
    expect(objects.map(({ kind }) => kind)).toEqual([
      'ServiceAccount',
      'ConfigMap',
      'DaemonSet',
      'Service',
      'NetworkPolicy',
    ]);
    expect(rendered.sha256).toBe(sha256(rendered.yaml));
    expect(of('ConfigMap')).toMatchObject({
      immutable: true,
      metadata: { name: `cfg-hosts-promoted-${rendered.sha256.slice(0, 10)}` },
    });
    expect(rendered.explanation.every(({ sentence }) => sentence.length > 20)).toBe(true);
  });

  test('gives the same bytes each time, for every template that can be deployed', () => {
    for (const { name, use } of TEMPLATES) {
      if (use === 'not_yet') continue;
      expect(JSON.stringify(generated(name).objects), name).toBe(JSON.stringify(generated(name).objects));
    }
  });

  test('no collector has any right on the API, nor a token', () => {
    for (const { name, use } of TEMPLATES) {
      if (use === 'not_yet') continue;
      const { objects, of } = generated(name);
      expect(
        objects.map(({ kind }) => kind).filter((kind) => /Role|Binding/.test(kind)),
        name,
      ).toEqual([]);
      expect(of('ServiceAccount')).toMatchObject({ automountServiceAccountToken: false });
    }
  });

  test('whoever remembers senders is one pod that is never two, with its ports; others are on each node', () => {
    const { of } = generated('main-collector');
    expect(of('Deployment')).toMatchObject({ spec: { replicas: 1, strategy: { type: 'Recreate' } } });
    expect(of('Service')).toMatchObject({
      spec: {
        ports: [{ port: 8888 }, { port: 4317, targetPort: 'otlp-grpc' }, { port: 4318, targetPort: 'otlp-http' }],
      },
    });
    expect(of('NetworkPolicy')).toMatchObject({
      spec: { ingress: [{}, { from: [{ podSelector: {} }], ports: [{ port: 4317 }, { port: 4318 }] }] },
    });
    expect(generated('top-k').of('DaemonSet')).toMatchObject({ kind: 'DaemonSet' });
  });

  test('only named namespaces push', () => {
    expect(generated('main-collector', { pushedFrom: ['shop', 'api'] }).of('NetworkPolicy')).toMatchObject({
      spec: {
        ingress: [
          {},
          { from: [{ namespaceSelector: { matchExpressions: [{ operator: 'In', values: ['api', 'shop'] }] } }] },
        ],
      },
    });
  });

  test('logs of pods are mounted where they are read, and nowhere else', () => {
    const mounts = (template: string): string => JSON.stringify(generated(template).of('DaemonSet'));
    expect(mounts('log-noise')).toContain('{"name":"pod-logs","mountPath":"/var/log/pods","readOnly":true}');
    expect(mounts('baseline')).not.toContain('/var/log');
  });

  test('secrets come from a Secret by its name, and the policy opens the way', () => {
    const { of, objects } = generated(
      'top-k',
      {},
      {
        destinations: [
          {
            kind: 'otlp',
            protocol: 'grpc',
            endpoint: 'http://otlp.example.com:4317',
            temporality: 'cumulative',
            authorization: { name: 'vendor', key: 'token' },
          },
        ],
      },
    );
    expect(JSON.stringify(of('DaemonSet'))).toContain(
      '{"name":"PHX_OTLP_AUTHORIZATION","valueFrom":{"secretKeyRef":{"name":"vendor","key":"token"}}}',
    );
    expect(objects.map(({ kind }) => kind)).not.toContain('Secret');
    expect(of('NetworkPolicy')).toMatchObject({
      spec: {
        egress: [
          {},
          {
            ports: [
              { port: 443, protocol: 'TCP' },
              { port: 4317, protocol: 'TCP' },
            ],
          },
        ],
      },
    });
  });

  test('what needs an address and has none is refused with the name of the variable', () => {
    const outcome = attempt('log-noise', { addresses: {} });
    expect(outcome).toMatchObject({
      accepted: false,
      refusal: {
        code: 'pipeline-not-deployable',
        message: 'it sends to the address in PHX_LOGS_OTLP, which is not given',
        errors: [{ pointer: '/place/addresses/PHX_LOGS_OTLP' }],
      },
    });
  });

  test('what was never run is not generated', () => {
    expect(attempt('growth-guard')).toMatchObject({ accepted: false, refusal: { code: 'pipeline-not-deployable' } });
  });
});
