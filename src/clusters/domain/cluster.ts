import * as z from 'zod';
import { AllowedHost } from '../../kernel/allowed-host.ts';
import { ClusterId, Epoch, TenantId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';

/** How we reach a cluster: by name through EKS, or by an address that the stage lists. No secret is stored, only references. */
export const ClusterAccess = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('eks'),
    accountId: z.string().regex(/^\d{12}$/, 'expected the 12 digits of an AWS account'),
    region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected a region such as eu-west-1'),
    clusterName: z.string().regex(/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/),
    roleArn: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'expected the ARN of a role'),
  }),
  z.object({
    kind: z.literal('direct'),
    /** must be one of the addresses that the stage lists */
    endpoint: z.url({ protocol: /^https$/ }),
    caPem: z.string().max(16_384).startsWith('-----BEGIN CERTIFICATE-----'),
    /** name of the secret that holds the bearer token */
    tokenSecret: z.string().min(1).max(256),
  }),
]);
export type ClusterAccess = z.infer<typeof ClusterAccess>;

/** Where the measurements of a cluster are read. Plain http and private addresses only where the stage lists host and port. */
export const MetricsSourceSettings = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('amp'), workspaceId: z.string().regex(/^ws-[0-9a-f-]{36}$/), region: z.string() }),
  z.object({
    kind: z.literal('in_cluster'),
    namespace: z.string(),
    service: z.string(),
    port: z.int().min(1).max(65_535),
  }),
  z.object({ kind: z.literal('url'), url: z.url({ protocol: /^https?$/ }) }),
]);
export type MetricsSourceSettings = z.infer<typeof MetricsSourceSettings>;

export const ClusterSettings = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{1,61})[a-z0-9]$/, 'expected 3 to 63 lower-case letters, digits and hyphens'),
  access: ClusterAccess,
  /** namespace that holds what we deploy */
  namespace: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
    .default('phoenix-exp'),
  metrics: MetricsSourceSettings,
  /** where collectors write measurements by Prometheus remote write */
  remoteWriteUrl: z.url({ protocol: /^https?$/ }),
  /** where pipelines may send data beside the measurement store; its owner says so */
  allowedDestinations: z.array(AllowedHost).max(50).default([]),
});
export type ClusterSettings = z.infer<typeof ClusterSettings>;

/** What of a cluster can be said anew; everything else would be another cluster. */
export const ClusterChange = z.strictObject({ allowedDestinations: z.array(AllowedHost).max(50) });
export type ClusterChange = z.infer<typeof ClusterChange>;

/** One line of the checklist: right or finding, what is missing, the command that fixes it. */
export const PreflightCheck = z.object({
  name: z.string(),
  passed: z.boolean(),
  severity: z.enum(['blocking', 'warning']),
  message: z.string(),
  fix: z.string().nullable(),
});
export type PreflightCheck = z.infer<typeof PreflightCheck>;

export const PreflightReport = z.object({
  at: Instant,
  passed: z.boolean(),
  kubernetesVersion: z.string().nullable(),
  checks: z.array(PreflightCheck),
});
export type PreflightReport = z.infer<typeof PreflightReport>;

/** A report passes unless something blocking is missing. */
export const preflightReport = (facts: Omit<PreflightReport, 'passed'>): PreflightReport => ({
  ...facts,
  passed: facts.checks.every(({ passed, severity }) => passed || severity === 'warning'),
});

/** A node as reconcile last saw it; `reservedBy` is the experiment that holds it. */
export const ClusterNode = z.object({
  name: z.string(),
  uid: z.string(),
  ready: z.boolean(),
  labels: z.record(z.string(), z.string()),
  cpuCores: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  seenAt: Instant,
  reservedBy: z.string().nullable(),
});
export type ClusterNode = z.infer<typeof ClusterNode>;

export const Cluster = z.object({
  id: ClusterId,
  tenantId: TenantId,
  version: z.int(),
  settings: ClusterSettings,
  health: z.enum(['unknown', 'reachable', 'unreachable']),
  healthMessage: z.string().nullable(),
  preflight: PreflightReport.nullable(),
  nodesSeenAt: Instant.nullable(),
  /** objects of ours on it, as reconcile last counted them */
  objectCount: z.int().nullable(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Cluster = z.infer<typeof Cluster>;

/** A Kubernetes object as we write it; the API server is the judge of its fields. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly unknown[];
  };
  readonly [field: string]: unknown;
}

/** Everything that one owner (an experiment's epoch, or a pipeline deployment) wants on one cluster. */
export interface WantedObjects {
  /** label value `phoenix.dev/owner` and name of the owner ConfigMap: an experiment's or a deployment's id */
  readonly owner: string;
  readonly epoch: Epoch;
  readonly expiresAt: Instant | null;
  readonly objects: readonly KubernetesObject[];
}

/** How far the collectors of one owner and variant are. */
export const VariantReadiness = z.object({
  variant: z.string(),
  desired: z.int(),
  ready: z.int(),
  nodes: z.array(
    z.object({
      node: z.string(),
      status: z.enum(['missing', 'starting', 'ready', 'failing']),
      restarts: z.int(),
      /** the container's last words when it fails */
      message: z.string().nullable(),
    }),
  ),
});
export type VariantReadiness = z.infer<typeof VariantReadiness>;

/** How a job of ours has ended. */
export type JobEnd =
  | { readonly is: 'done' }
  /** its program said no, and these are its words */
  | { readonly is: 'refused'; readonly message: string }
  /** its program did not come to its own end */
  | { readonly is: 'broken'; readonly message: string }
  | { readonly is: 'running'; readonly waitsFor: string };

/** An object of ours as it is on the cluster. */
export const ObservedObject = z.object({
  kind: z.string(),
  name: z.string(),
  namespace: z.string().nullable(),
  uid: z.string(),
  owner: z.string().nullable(),
  epoch: Epoch.nullable(),
  expiresAt: Instant.nullable(),
});
export type ObservedObject = z.infer<typeof ObservedObject>;
