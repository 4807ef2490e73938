// The one reviewed list of what a rule objects to and we keep, and of every grant that names more than one thing.
// Each has a reason that a reviewer can doubt and an owner who answers for it.

export interface Accepted {
  /** ids of cdk-nag; two packs often object to the same thing */
  readonly rules: readonly string[];
  /** end of the construct's path */
  readonly where: RegExp;
  readonly reason: string;
  readonly owner: 'platform' | 'experiments' | 'clusters' | 'access';
}

export const ACCEPTED: readonly Accepted[] = [
  {
    rules: ['AwsSolutions-SQS3', 'Serverless-SQSRedrivePolicy'],
    where: /\/(DeadLetters|Missed|Undelivered)$/,
    reason: 'it is a dead-letter queue itself: a person looks at it, an alarm calls the person',
    owner: 'platform',
  },
  {
    rules: ['AwsSolutions-SMG4'],
    where: /\/CursorKey$/,
    reason: 'signs cursors that live for minutes; changed by hand when it leaks, lists then begin again',
    owner: 'platform',
  },
  {
    rules: ['AwsSolutions-SMG4'],
    where: /\/KeyPepper$/,
    reason: 'hashes of service keys are made with it: another value would end every key of every tenant',
    owner: 'platform',
  },
  {
    rules: ['AwsSolutions-DDB3'],
    where: /\/(Samples|Ephemeral)\/Table$/,
    reason: 'samples can be asked of Prometheus again, the rest dies within days by itself',
    owner: 'platform',
  },
  {
    rules: ['AwsSolutions-COG8'],
    where: /\/People$/,
    reason: 'the plus plan is paid per person; accounts are made by an administrator and need a second factor',
    owner: 'access',
  },
  {
    rules: ['AwsSolutions-COG2'],
    where: /\/People$/,
    reason: 'optional only in stages where a password signs in at our own API: demonstrations and tests',
    owner: 'access',
  },
  {
    rules: ['AwsSolutions-APIG4'],
    where: /\/Api\/ANY--/,
    reason: 'open by manifest: health checks, sign-in and what a client must know before it; a test lists them',
    owner: 'access',
  },
  {
    rules: ['Serverless-LambdaDLQ'],
    where: /\/Function$/,
    reason:
      'queues and streams have dead-letter queues of their own, schedules a destination for failures; the rest is called by somebody who waits',
    owner: 'platform',
  },
  {
    rules: ['Serverless-LambdaEventSourceMappingDestination'],
    where: /\/From(AuditTrail|Lifecycle|Measure|ClusterWork|Notices|Deliveries|Unpublishable)$/,
    reason: 'the queue that is read has a dead-letter queue',
    owner: 'platform',
  },
  {
    rules: ['AwsSolutions-S1'],
    where: /^phoenix-edge\/Logs$/,
    reason: 'it holds the logs; a log of reading logs would write itself for ever',
    owner: 'platform',
  },
  {
    rules: ['AwsSolutions-CFR1'],
    where: /^phoenix-edge\/Edge$/,
    reason: 'people of the customers are anywhere; nothing is shown before sign-in',
    owner: 'access',
  },
  {
    rules: ['AwsSolutions-CFR2'],
    where: /^phoenix-edge\/Edge$/,
    reason: 'the web ACL belongs to the account: given by webAclArn, see docs/deploy.md',
    owner: 'access',
  },
  {
    rules: ['AwsSolutions-CFR4'],
    where: /^phoenix-edge\/Edge$/,
    reason: 'only without a domain of our own, where the settings are those of CloudFront; see docs/deploy.md',
    owner: 'access',
  },
];

/** A grant on more than one thing. `{stage}`, `{region}` and `{account}` stand for those of the stage. */
export interface AcceptedWildcard {
  readonly resource: string;
  readonly where: RegExp;
  readonly reason: string;
  readonly owner: Accepted['owner'];
}

export const ACCEPTED_WILDCARDS: readonly AcceptedWildcard[] = [
  {
    resource: '*',
    where: /\/Role\/DefaultPolicy$/,
    reason: 'X-Ray and the delivery of logs of state machines know no resources',
    owner: 'platform',
  },
  {
    resource: '*',
    where: /\/(ClusterSteps|MeasureSlots|[A-Za-z]*Clusters?[A-Za-z]*)\/Policy$/,
    reason: 'interfaces in the private network: they do not exist before the function runs',
    owner: 'clusters',
  },
  {
    resource: 'arn:aws:secretsmanager:{region}:{account}:secret:phoenix/{stage}/cluster-secrets/*',
    where: /\/Policy$/,
    reason: 'clusters are registered while we run; their tokens have names below one prefix',
    owner: 'clusters',
  },
  {
    resource: 'arn:aws:secretsmanager:{region}:{account}:secret:phoenix/{stage}/notification-secrets/*',
    where: /\/DeliverNotifications\/Policy$/,
    reason: 'channels are made while we run; their keys have names below one prefix, each tenant its own below it',
    owner: 'platform',
  },
  {
    resource: 'arn:aws:iam::*:role/PhoenixClusterAccess',
    where: /\/Policy$/,
    reason:
      "clusters live in customers' accounts; only a role of this name that trusts ours with its external id answers",
    owner: 'clusters',
  },
  {
    resource: 'arn:aws:aps:{region}:{account}:workspace/*',
    where: /\/(MeasureSlots|ReconcileClusters)\/Policy$/,
    reason: 'clusters name their workspace when they are registered; reading only',
    owner: 'clusters',
  },
  {
    resource: 'arn:aws:dynamodb:{region}:{account}:table/phoenix-{stage}-core/stream/*',
    where: /\/PublishEvents\/Policy$/,
    reason: 'listing the streams of one table; the stream itself is named by its full ARN',
    owner: 'platform',
  },
  {
    resource: 'arn:aws:states:{region}:{account}:execution:phoenix-{stage}-experiment:*',
    where: /\/Policy$/,
    reason: 'executions get their names when they start; reading one tells whether it is ours',
    owner: 'experiments',
  },
  {
    resource: 'arn:aws:states:{region}:{account}:execution:phoenix-{stage}-withdrawal:*',
    where: /\/Policy$/,
    reason: 'as for experiments',
    owner: 'experiments',
  },
];

/** A resource as it stands in a template: without an account of the stage, the account is a pseudo-parameter. */
export const resourceIn = (
  { resource }: AcceptedWildcard,
  stage: { readonly name: string; readonly region: string; readonly account?: string | undefined },
): string =>
  resource
    .replace('{stage}', stage.name)
    .replace('{region}', stage.region)
    .replace('{account}', stage.account ?? '<AWS::AccountId>');
