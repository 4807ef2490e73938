// The one list of things that exist in the cloud. Stacks create them, manifests ask for them, environments name them.

export const RESOURCES = {
  core: { kind: 'table', indexes: ['gsi1', 'gsi2', 'gsi3', 'gsi4'], stream: true, ttl: 'expiresAt' },
  samples: { kind: 'table', indexes: [], stream: false, ttl: 'expiresAt' },
  audit: { kind: 'table', indexes: ['gsi1'], stream: false, ttl: null },
  ephemeral: { kind: 'table', indexes: [], stream: false, ttl: 'expiresAt' },
  bus: { kind: 'bus' },
  /** lifecycle events that start executions or settle tokens */
  lifecycle: { kind: 'queue', visibilitySeconds: 180, maxReceiveCount: 5 },
  /** slots to measure, states to look at */
  measure: { kind: 'queue', visibilitySeconds: 360, maxReceiveCount: 5 },
  /** work on clusters: readiness, inventory, preflight, sweeping */
  clusterWork: { kind: 'queue', visibilitySeconds: 360, maxReceiveCount: 5 },
  /** what the audit log is to hear: events of changes, refused writes */
  auditTrail: { kind: 'queue', visibilitySeconds: 180, maxReceiveCount: 5 },
  /** events that channels of notifications may hear of */
  notices: { kind: 'queue', visibilitySeconds: 180, maxReceiveCount: 5 },
  /** attempts at bringing a notification to its channel */
  deliveries: { kind: 'queue', visibilitySeconds: 180, maxReceiveCount: 5 },
  /** event records that the publisher could not publish */
  unpublishable: { kind: 'queue', visibilitySeconds: 60, maxReceiveCount: 5 },
  experimentMachine: { kind: 'machine' },
  withdrawalMachine: { kind: 'machine' },
  people: { kind: 'userPool' },
  /** tokens of clusters of kind direct, by name prefix */
  clusterSecrets: { kind: 'secrets' },
  /** keys and addresses of channels of notifications, by name prefix and tenant */
  notificationSecrets: { kind: 'secrets' },
  /** key that signs list cursors */
  cursorKey: { kind: 'secret' },
  /** key under which the secrets of service keys are hashed */
  keyPepper: { kind: 'secret' },
  eksClusters: { kind: 'eks' },
  managedPrometheus: { kind: 'amp' },
} as const satisfies Record<string, Resource>;

/**
 * Every table has string keys `pk` and `sk`; index `gsi1` has `gsi1pk` and `gsi1sk`, and so on; all indexes project
 * everything. The attribute named by `ttl` holds epoch seconds.
 */
export const TABLE_KEYS = { partition: 'pk', sort: 'sk' } as const;

/** What functions count is found here, with the one dimension `service`: the function's name. */
export const METRICS_NAMESPACE = 'Phoenix';

export type Resource =
  | {
      readonly kind: 'table';
      readonly indexes: readonly string[];
      readonly stream: boolean;
      readonly ttl: string | null;
    }
  | { readonly kind: 'queue'; readonly visibilitySeconds: number; readonly maxReceiveCount: number }
  | { readonly kind: 'bus' | 'machine' | 'userPool' | 'secrets' | 'secret' | 'eks' | 'amp' };

export type ResourceName = keyof typeof RESOURCES;

/** What may be asked of each kind of resource. */
export interface AccessByKind {
  table: 'read' | 'write' | 'append';
  /** `count`: how much lies in it, and in its dead letters */
  queue: 'send' | 'count';
  bus: 'publish';
  machine: 'start' | 'report';
  userPool: 'sign-in' | 'administer';
  secrets: 'read' | 'write';
  secret: 'read';
  eks: 'connect';
  amp: 'query';
}

export type AccessTo<N extends ResourceName> = AccessByKind[(typeof RESOURCES)[N]['kind']];

/** What a function needs: resource → access. Grants, environment variables and the typed environment come from it. */
export type Needs = { readonly [N in ResourceName]?: AccessTo<N> };

/** What the typed environment holds for each kind. */
export interface HandleByKind {
  table: { readonly tableName: string };
  queue: { readonly queueUrl: string };
  bus: { readonly busName: string };
  machine: { readonly machineArn: string };
  userPool: { readonly userPoolId: string; readonly clientId: string };
  secrets: { readonly namePrefix: string };
  secret: { readonly secretName: string };
  eks: { readonly region: string };
  amp: { readonly region: string };
}

export type HandleOf<N extends ResourceName> = HandleByKind[(typeof RESOURCES)[N]['kind']];
