import * as z from 'zod';
import type { Settings } from './settings-tree.ts';

/** A key of a Secret in the namespace of the collectors. What it holds is never ours to know. */
export const SecretReference = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'expected the name of a Secret, such as vendor'),
  key: z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/, 'expected a key of a Secret, such as api-key'),
});
export type SecretReference = z.infer<typeof SecretReference>;

const address = z
  .url({ protocol: /^https?$/, error: 'expected an address such as https://otlp.example.com' })
  .refine((text) => !text.includes('$'), 'a $ would be read as a variable')
  .refine((text) => {
    const { username, password } = new URL(text);
    return username === '' && password === '';
  }, 'an address with a name or a password would show them to everybody; put them into a Secret');

/** Where data goes beside the measurement store. Secrets are named, never written. */
export const Destination = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('new_relic'),
    region: z.enum(['us', 'eu']).default('us'),
    licenseKey: SecretReference,
  }),
  z.strictObject({
    kind: z.literal('otlp'),
    protocol: z.enum(['http', 'grpc']).default('http'),
    endpoint: address,
    /** vendors that store what changed since the last point want `delta` */
    temporality: z.enum(['cumulative', 'delta']).default('cumulative'),
    /** the value of the header Authorization, whole */
    authorization: SecretReference.optional(),
  }),
  z.strictObject({
    kind: z.literal('prometheus_remote_write'),
    endpoint: address,
    authorization: SecretReference.optional(),
  }),
]);
export type Destination = z.infer<typeof Destination>;

/** Names of the variables that hold secrets of destinations; the objects around a collector fill them from Secrets. */
export const SECRET_ENVIRONMENT = {
  new_relic: 'PHX_NEW_RELIC_LICENSE_KEY',
  otlp: 'PHX_OTLP_AUTHORIZATION',
  prometheus_remote_write: 'PHX_RW_AUTHORIZATION',
} as const satisfies Record<Destination['kind'], string>;

const fromSecret = (kind: Destination['kind']): string => `\${env:${SECRET_ENVIRONMENT[kind]}}`;

export interface DestinationExporter {
  readonly id: string;
  readonly settings: Settings;
  /** counters are turned into what changed on the way to it */
  readonly wantsDelta: boolean;
  readonly sentence: string;
  readonly secret: SecretReference | undefined;
}

/** The exporter of a destination; one of each kind fits into a collector. */
export const exporterOf = (destination: Destination): DestinationExporter => {
  switch (destination.kind) {
    case 'new_relic':
      return {
        id: 'otlp_http/new_relic',
        settings: {
          endpoint: NEW_RELIC[destination.region],
          headers: { 'api-key': fromSecret('new_relic') },
          ...PATIENT,
        },
        wantsDelta: true,
        sentence: `It also goes to New Relic (${destination.region.toUpperCase()}), with the key of the Secret ${destination.licenseKey.name}.`,
        secret: destination.licenseKey,
      };
    case 'otlp': {
      const { protocol, endpoint, authorization } = destination;
      return {
        id: protocol === 'http' ? 'otlp_http/destination' : 'otlp_grpc/destination',
        settings: {
          endpoint,
          ...(protocol === 'grpc' && endpoint.startsWith('http:') ? { tls: { insecure: true } } : {}),
          ...(authorization === undefined ? {} : { headers: { authorization: fromSecret('otlp') } }),
          ...PATIENT,
        },
        wantsDelta: destination.temporality === 'delta',
        sentence: `It also goes to ${new URL(endpoint).host} by OTLP${withSecret(authorization)}.`,
        secret: authorization,
      };
    }
    case 'prometheus_remote_write': {
      const { endpoint, authorization } = destination;
      return {
        id: 'prometheus_remote_write/destination',
        settings: {
          http: {
            endpoint,
            ...(authorization === undefined
              ? {}
              : { headers: { authorization: fromSecret('prometheus_remote_write') } }),
          },
          resource_to_telemetry_conversion: { enabled: true, exclude_service_attributes: true },
          target_info: { enabled: false },
          disable_scope_info: true,
          remote_write_queue: { enabled: true, queue_size: 10_000 },
        },
        wantsDelta: false,
        sentence: `It also goes to ${new URL(endpoint).host} by remote write${withSecret(authorization)}.`,
        secret: authorization,
      };
    }
  }
};

const NEW_RELIC = { us: 'https://otlp.nr-data.net', eu: 'https://otlp.eu01.nr-data.net' } as const;

/** A vendor that is away for some minutes loses nothing. */
const PATIENT: Settings = {
  compression: 'gzip',
  retry_on_failure: { enabled: true, initial_interval: '5s', max_interval: '30s', max_elapsed_time: '300s' },
  sending_queue: { enabled: true, sizer: 'items', queue_size: 50_000, batch: { min_size: 1000, max_size: 8192 } },
};

const withSecret = (secret: SecretReference | undefined): string =>
  secret === undefined ? '' : `, with what the Secret ${secret.name} holds`;
