import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Destination, SECRET_ENVIRONMENT } from '../../../src/pipelines/domain/destination.ts';
import { TEMPLATES } from '../../../src/pipelines/domain/templates.ts';
import { validateSettings } from '../../../src/pipelines/domain/validation/validate-settings.ts';
import { renderedOf } from '../../support/template-grid.ts';

const KEY = { name: 'vendor', key: 'license' };
const newRelic = Destination.parse({ kind: 'new_relic', licenseKey: KEY });
const otlp = Destination.parse({ kind: 'otlp', endpoint: 'https://otlp.example.com', authorization: KEY });
const store = Destination.parse({
  kind: 'prometheus_remote_write',
  endpoint: 'https://store.example.com/api/v1/write',
  authorization: KEY,
});

describe('where data goes beside the measurement store', () => {
  test('every template but a comparison by itself can go to New Relic and to OTLP', () => {
    for (const { name, use } of TEMPLATES) {
      if (use === 'pre_check') continue;
      const { yaml } = renderedOf(name, {}, { destinations: [newRelic, otlp] });
      const errors = validateSettings(yaml).filter(({ severity }) => severity === 'error');
      expect(
        errors.filter(({ rule }) => rule !== 'component-not-in-build'),
        name,
      ).toEqual([]);
      expect(Object.keys(parse(yaml).exporters), name).toEqual(
        expect.arrayContaining(['otlp_http/new_relic', 'otlp_http/destination']),
      );
    }
  });

  test('secrets are named and never written', () => {
    const { yaml, needs } = renderedOf('top-k', {}, { destinations: [newRelic, otlp, store] });
    const { exporters } = parse(yaml);
    expect(exporters['otlp_http/new_relic'].headers).toEqual({ 'api-key': `\${env:${SECRET_ENVIRONMENT.new_relic}}` });
    expect(exporters['otlp_http/destination'].headers).toEqual({ authorization: `\${env:${SECRET_ENVIRONMENT.otlp}}` });
    expect(exporters['prometheus_remote_write/destination'].http.headers).toEqual({
      authorization: `\${env:${SECRET_ENVIRONMENT.prometheus_remote_write}}`,
    });
    expect(needs.secrets).toEqual(Object.values(SECRET_ENVIRONMENT).map((variable) => ({ variable, secret: KEY })));
  });

  test('New Relic gets what changed, the measurement store what was counted up', () => {
    const { service } = parse(renderedOf('aggregated', {}, { destinations: [newRelic] }).yaml);
    expect(service.pipelines.metrics.exporters).toEqual(['prometheus_remote_write', 'forward/new_relic']);
    expect(service.pipelines['metrics/new_relic']).toEqual({
      receivers: ['forward/new_relic'],
      processors: ['cumulative_to_delta/new_relic'],
      exporters: ['otlp_http/new_relic'],
    });
  });

  test('two that want what changed go two ways, and none gets the data of the other', () => {
    const delta = { ...otlp, temporality: 'delta' } as Destination;
    const { service } = parse(renderedOf('two-speed', {}, { destinations: [newRelic, delta, store] }).yaml);
    const exporters = Object.fromEntries(
      Object.entries<{ exporters: string[] }>(service.pipelines).map(([key, pipeline]) => [key, pipeline.exporters]),
    );
    expect(exporters).toEqual({
      'metrics/host': [
        'prometheus_remote_write',
        'forward/new_relic',
        'forward/destination',
        'prometheus_remote_write/destination',
      ],
      'metrics/new_relic': ['otlp_http/new_relic'],
      'metrics/destination': ['otlp_http/destination'],
    });
  });

  test('logs and traces go to it as they are', () => {
    const { service, connectors } = parse(renderedOf('log-noise', {}, { destinations: [newRelic] }).yaml);
    expect(service.pipelines.logs.exporters).toEqual(['otlp_http', 'otlp_http/new_relic']);
    expect(connectors).toBeUndefined();
  });

  test.each([
    ['top-k', [otlp, otlp], 'two destinations of the kind otlp'],
    ['same-input-shadow', [newRelic], 'only to the measurement store'],
    ['log-noise', [store], 'remote write takes metrics, and template log-noise has logs'],
  ] as const)('%s to %j is refused', (template, destinations, message) => {
    expect(() => renderedOf(template, {}, { destinations })).toThrow(message);
  });
});

describe('what is no destination', () => {
  test.each([
    { kind: 'otlp', endpoint: 'file:///etc/shadow' },
    { kind: 'otlp', endpoint: 'otlp.example.com:4317' },
    { kind: 'otlp', endpoint: 'https://user:secret@otlp.example.com' },
    { kind: 'otlp', endpoint: `https://otlp.example.com/\${env:AWS_REGION}` },
    { kind: 'otlp', endpoint: 'https://otlp.example.com', authorization: 'Bearer abc' },
    { kind: 'otlp', endpoint: 'https://otlp.example.com', authorization: { name: '../x', key: 'k' } },
    { kind: 'new_relic', licenseKey: { name: 'vendor', key: 'a/b' } },
    { kind: 'new_relic', licenseKey: 'NRAK-123' },
    { kind: 'new_relic' },
    { kind: 'datadog', licenseKey: KEY },
  ])('%j', (destination) => {
    expect(Destination.safeParse(destination).success).toBe(false);
  });
});
