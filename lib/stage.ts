import * as z from 'zod';
import type { StageSetting } from '../src/platform/declare/function.ts';

/** What a stage may have beyond the core. A stack asks for a feature by name, never for the name of a stage. */
export const FEATURES = [
  /** keeps every event of the bus for 30 days */
  'archive',
  /** only our publisher may put events on the bus */
  'bus_policy',
  /** running executions keep the definition they began with: version and alias of each machine */
  'machine_versions',
  /** a metrics store of our own (Amazon Managed Prometheus) */
  'amp',
  /** what talks to clusters runs in a private network */
  'vpc',
  /** the APIs are reached at addresses of their own; elsewhere one address in front hands on to both */
  'addresses',
  /** the dashboard and the API behind CloudFront */
  'edge',
  /** X-Ray */
  'tracing',
  /** templates are refused that break a rule of cdk-nag without a reason */
  'rule_checks',
] as const;
export type Feature = (typeof FEATURES)[number];

/** What functions may read; the environment carries them as text, see `settingText`. */
const Settings = z.strictObject({
  /** people may sign in with a password at our own API; elsewhere by authorization code with PKCE */
  passwordSignIn: z.boolean(),
  /** how long after a slot's end it is asked for: room for scrape and ingest */
  settleSeconds: z.int().min(1).max(300),
  minimumHorizonSeconds: z.int().min(10),
  minimumWarmupSeconds: z.int().min(0),
  /** `host:port` of Kubernetes API servers that may be registered by address */
  allowedDirectClusters: z.array(z.string().regex(/^[\w.-]+:\d+$/, 'expected host:port')),
  /** `host:port` of metrics stores that may be plain http, private or loopback */
  allowedMetricSources: z.array(z.string().regex(/^[\w.-]+:\d+$/, 'expected host:port')),
  /** `host:port` of receivers of notifications that may be plain http, private or loopback */
  allowedNotificationHosts: z.array(z.string().regex(/^[\w.-]+:\d+$/, 'expected host:port')),
  /** whether a screening verdict may be promoted to all nodes */
  promoteFromScreening: z.boolean(),
  collectorImage: z.string().min(3),
});
type Settings = z.infer<typeof Settings>;

export const Stage = z.strictObject({
  name: z.enum(['local', 'dev', 'staging', 'prod']),
  /** absent: the account of the credentials that deploy */
  account: z
    .string()
    .regex(/^\d{12}$/)
    .optional(),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/),
  features: z.array(z.enum(FEATURES)),
  settings: Settings,
  logRetentionDays: z.union([z.literal(7), z.literal(30), z.literal(90), z.literal(365)]),
  /** whether tables, keys and people survive the deletion of their stack */
  keepsState: z.boolean(),
  /** who hears of alarms; each address confirms a message of SNS once */
  alarmEmails: z.array(z.email()),
  /** requests a second and in a burst, for everybody together */
  throttle: z.strictObject({ ratePerSecond: z.int().min(1), burst: z.int().min(1) }),
  /** where people come back to after signing in by authorization code: the dashboard's addresses and the CLI's */
  signInCallbacks: z.array(z.url()).min(1),
  /** the dashboard's own name; without it CloudFront's, whose TLS settings cannot be chosen. Certificate in us-east-1 */
  edgeDomain: z
    .strictObject({ name: z.string(), certificateArn: z.string().startsWith('arn:aws:acm:us-east-1:') })
    .optional(),
  /** name of the API for programs, which asks them for a client certificate of one of the authorities in the trust store */
  keyApiDomain: z
    .strictObject({
      name: z.string(),
      certificateArn: z.string().startsWith('arn:aws:acm:'),
      /** a PEM bundle of authorities in a bucket of the account */
      trustStore: z.strictObject({ bucket: z.string(), key: z.string(), version: z.string().optional() }),
    })
    .optional(),
  /** WAF web ACL (scope CloudFront, us-east-1) in front of the edge */
  webAclArn: z.string().startsWith('arn:aws:wafv2:us-east-1:').optional(),
});
export type Stage = z.infer<typeof Stage>;
export type StageName = Stage['name'];

/** Facts of a stage that are known only when it is deployed, such as ports; given by `-c overrides=<JSON>`. */
export const StageOverrides = z.strictObject({
  account: Stage.shape.account,
  region: Stage.shape.region.optional(),
  settings: Settings.partial().optional(),
  alarmEmails: Stage.shape.alarmEmails.optional(),
  signInCallbacks: Stage.shape.signInCallbacks.optional(),
  edgeDomain: Stage.shape.edgeDomain,
  keyApiDomain: Stage.shape.keyApiDomain,
  webAclArn: Stage.shape.webAclArn,
});
export type StageOverrides = z.input<typeof StageOverrides>;

export const has = (stage: Stage, feature: Feature): boolean => stage.features.includes(feature);

/** Addresses are known to the stack that makes the APIs. */
const NO_ADDRESS = 'none';

/** A setting as functions read it: lists have commas, an empty one is `none`, truth is `true` or `false`. Never empty. */
export const settingText = (stage: Stage, setting: StageSetting): string => {
  if (setting === 'stageName') return stage.name;
  if (setting === 'apiAddress' || setting === 'keyApiAddress') return NO_ADDRESS;
  const value = stage.settings[setting];
  return (Array.isArray(value) ? value.join(',') : String(value)) || 'none';
};

/** The collector that both variants run on real clusters. */
const COLLECTOR_IMAGE =
  'ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib:0.159.0';

/** The CLI listens here while somebody signs in. */
const CLI_CALLBACK = 'http://localhost:8765/callback';

const HALF_AN_HOUR = 1800;

const inAnAccount = {
  region: 'eu-west-1',
  features: [...FEATURES],
  keepsState: true,
  alarmEmails: [],
  throttle: { ratePerSecond: 200, burst: 400 },
  signInCallbacks: [CLI_CALLBACK],
};

const settingsInAnAccount: Settings = {
  passwordSignIn: false,
  settleSeconds: 30,
  minimumHorizonSeconds: HALF_AN_HOUR,
  minimumWarmupSeconds: 300,
  allowedDirectClusters: [],
  allowedMetricSources: [],
  allowedNotificationHosts: [],
  promoteFromScreening: false,
  collectorImage: COLLECTOR_IMAGE,
};

const STAGES: Readonly<Record<StageName, Stage>> = {
  local: {
    name: 'local',
    account: '000000000000',
    region: 'us-east-1',
    features: [],
    settings: {
      passwordSignIn: true,
      settleSeconds: 3,
      minimumHorizonSeconds: 30,
      minimumWarmupSeconds: 5,
      allowedDirectClusters: [],
      allowedMetricSources: [],
      allowedNotificationHosts: [],
      promoteFromScreening: true,
      collectorImage: COLLECTOR_IMAGE,
    },
    logRetentionDays: 7,
    keepsState: false,
    alarmEmails: [],
    throttle: { ratePerSecond: 1000, burst: 2000 },
    signInCallbacks: [CLI_CALLBACK],
  },
  dev: {
    ...inAnAccount,
    name: 'dev',
    keepsState: false,
    settings: {
      ...settingsInAnAccount,
      passwordSignIn: true,
      minimumHorizonSeconds: 300,
      minimumWarmupSeconds: 60,
      promoteFromScreening: true,
    },
    logRetentionDays: 30,
  },
  staging: { ...inAnAccount, name: 'staging', settings: settingsInAnAccount, logRetentionDays: 90 },
  prod: { ...inAnAccount, name: 'prod', settings: settingsInAnAccount, logRetentionDays: 365 },
};

/** The stage of a name with what is known only now. Throws with every field that is wrong: nothing is deployed then. */
export const stageOf = (name: string, overrides: unknown = {}): Stage => {
  const known = STAGES[name as StageName];
  if (known === undefined) {
    throw new Error(`no stage is called ${name}; there are ${Object.keys(STAGES).join(', ')}: cdk deploy -c stage=dev`);
  }
  const parsed = StageOverrides.safeParse(overrides);
  if (!parsed.success) throw new Error(`the overrides of stage ${name} are wrong:\n${z.prettifyError(parsed.error)}`);
  const { settings, ...rest } = parsed.data;
  return Stage.parse({ ...known, ...rest, settings: { ...known.settings, ...settings } });
};
