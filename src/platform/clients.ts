import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';

// The one place where clients of AWS are made, each once per process. Region, credentials and endpoint come from the
// SDK's own environment. The marks of purity let a bundle drop the clients that its function does not ask for.

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly client: T } | undefined;
  return () => {
    made ??= { client: make() };
    return made.client;
  };
};

/** Short attempts: a request has 29 s, and the repositories try again by their own rules. */
const PATIENCE = { maxAttempts: 2, requestHandler: { connectionTimeout: 2000, requestTimeout: 8000 } } as const;

/** One attempt only: the tables' own rules decide what may be tried again (`dynamodb/patience.ts`). */
export const dynamodbClient = /* @__PURE__ */ once(() => new DynamoDBClient({ ...PATIENCE, maxAttempts: 1 }));
export const eventBridgeClient = /* @__PURE__ */ once(() => new EventBridgeClient(PATIENCE));
/** Queues are where the SDK's endpoint says, whatever host their address names. */
export const sqsClient = /* @__PURE__ */ once(() => new SQSClient({ ...PATIENCE, useQueueUrlAsEndpoint: false }));
export const sfnClient = /* @__PURE__ */ once(() => new SFNClient(PATIENCE));
export const secretsClient = /* @__PURE__ */ once(() => new SecretsManagerClient(PATIENCE));
export const cognitoClient = /* @__PURE__ */ once(() => new CognitoIdentityProviderClient(PATIENCE));

/** STS signs EKS tokens in the region of the cluster. */
export const stsClient = (region: string): STSClient => new STSClient({ ...PATIENCE, region });
