import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  ApiMapping,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpJwtAuthorizer,
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { type HttpPrefix, KEY_HEADER } from '../../src/platform/declare/function.ts';
import { raiseAlarm } from '../constructs/alarms.ts';
import { PhoenixFunction, type PhoenixFunctionProperties } from '../constructs/phoenix-function.ts';
import type { FunctionUnit } from '../functions.ts';
import { handedOn, handOn, pascalCase, physicalName } from '../names.ts';
import { has, type Stage } from '../stage.ts';
import { StageStack } from './stack.ts';

/** A token opens a route if it has one of these: from a sign-in with a password, or on behalf of a person. */
export const TOKEN_SCOPES = ['aws.cognito.signin.user.admin', 'phoenix/api'];

/** How long the gateway lets a key in without asking again: a revoked one is out within this time. */
const KEY_KEPT = Duration.seconds(60);

/**
 * The front door: one HTTP API for people, whose tokens the gateway checks itself, and one for programs with service
 * keys, because a route has one authorizer. Behind both the same functions, one per context.
 */
export class ApiStack extends StageStack {
  constructor(scope: Construct, stage: Stage, units: readonly FunctionUnit[]) {
    super(scope, 'api', stage, 'HTTP APIs and their functions');
    const [authorizing, ...twice] = units.filter(({ manifest }) =>
      manifest.triggers.some(({ on }) => on === 'authorizer'),
    );
    if (twice.length > 0) throw new Error('two functions want to say whether a key opens the API');
    const people = new HttpApi(this, 'Api', {
      apiName: physicalName(stage, 'api'),
      description: 'Phoenix for people: tokens of the user pool',
      createDefaultStage: false,
    });
    const programs =
      authorizing === undefined
        ? undefined
        : new HttpApi(this, 'KeyApi', {
            apiName: physicalName(stage, 'key-api'),
            description: 'Phoenix for programs: service keys',
            createDefaultStage: false,
            // else a certificate would be asked for at one of two doors
            disableExecuteApiEndpoint: stage.keyApiDomain !== undefined,
          });
    const byToken = {
      authorizer: new HttpJwtAuthorizer(
        'People',
        `https://cognito-idp.${this.region}.amazonaws.com/${handedOn(this, stage, 'user-pool-id')}`,
        { jwtAudience: [handedOn(this, stage, 'client-id')] },
      ),
      authorizationScopes: TOKEN_SCOPES,
    };
    const settings = has(stage, 'addresses') ? this.#addresses(people, programs) : {};
    const functionOf = (unit: FunctionUnit) =>
      new PhoenixFunction(this, pascalCase(unit.manifest.name), { stage, unit, settings }).function;
    const byKey = authorizing === undefined ? undefined : { authorizer: authorizerOf(functionOf(authorizing)) };

    for (const unit of units.filter((each) => each !== authorizing)) {
      const answering = functionOf(unit);
      const integrationFor = (api: string) =>
        new HttpLambdaIntegration(`${pascalCase(unit.manifest.name)}${api}`, answering, {
          scopePermissionToRoute: false,
        });
      const [forPeople, forPrograms] = [integrationFor(''), integrationFor('ByKey')];
      for (const prefix of prefixesOf(unit)) {
        for (const path of pathsOf(prefix)) {
          const route = { path, methods: [HttpMethod.ANY] };
          people.addRoutes({ ...route, integration: forPeople, ...(prefix.open === true ? {} : byToken) });
          if (prefix.open !== true) programs?.addRoutes({ ...route, integration: forPrograms, ...byKey });
        }
      }
    }
    this.#openStage(people, '');
    handOn(this, stage, 'api-id', people.apiId);
    new CfnOutput(this, 'ApiId', { value: people.apiId });
    new CfnOutput(this, 'ApiUrl', { value: people.apiEndpoint });
    if (programs !== undefined) {
      this.#openDomain(programs, this.#openStage(programs, 'Key'));
      new CfnOutput(this, 'KeyApiId', { value: programs.apiId });
    }
  }

  #addresses(people: HttpApi, programs: HttpApi | undefined): PhoenixFunctionProperties['settings'] {
    const { edgeDomain, keyApiDomain } = this.stage;
    const named = (domain: { readonly name: string } | undefined, api: HttpApi): string =>
      domain === undefined ? api.apiEndpoint : `https://${domain.name}`;
    return {
      apiAddress: named(edgeDomain, people),
      ...(programs === undefined ? {} : { keyApiAddress: named(keyApiDomain, programs) }),
    };
  }

  /** Mutual TLS: the gateway takes only certificates of the authorities in the trust store, before it looks at a key. */
  #openDomain(programs: HttpApi, stage: HttpStage): void {
    const domain = this.stage.keyApiDomain;
    if (domain === undefined) return;
    const { bucket, key, version } = domain.trustStore;
    const named = new DomainName(this, 'KeyApiDomain', {
      domainName: domain.name,
      certificate: Certificate.fromCertificateArn(this, 'KeyApiCertificate', domain.certificateArn),
      securityPolicy: SecurityPolicy.TLS_1_2,
      mtls: {
        bucket: Bucket.fromBucketName(this, 'TrustStore', bucket),
        key,
        ...(version === undefined ? {} : { version }),
      },
    });
    new ApiMapping(this, 'KeyApiMapping', { api: programs, domainName: named, stage });
    new CfnOutput(this, 'KeyApiDomainTarget', { value: named.regionalDomainName });
  }

  #openStage(api: HttpApi, id: '' | 'Key'): HttpStage {
    const log = new LogGroup(this, `${id}AccessLog`, {
      logGroupName: `/phoenix/${this.stage.name}/${id === '' ? '' : 'key-'}access`,
      retention: this.stage.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const open = new HttpStage(this, `${id}Stage`, {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: this.stage.throttle.ratePerSecond, burstLimit: this.stage.throttle.burst },
      accessLogSettings: { destination: new LogGroupLogDestination(log), format: ACCESS_LOG },
    });
    raiseAlarm(this, `${id}ServerErrors`, this.stage, {
      means: 'the API answers with 5xx; the access log names the routes, the log of their function the cause',
      runbook: 'api-errors',
      metric: open.metricServerError({ period: Duration.minutes(5), statistic: 'Sum' }),
      atLeast: 5,
    });
    return open;
  }
}

const authorizerOf = (authorizing: LambdaFunction): HttpLambdaAuthorizer =>
  new HttpLambdaAuthorizer('Keys', authorizing, {
    responseTypes: [HttpLambdaResponseType.SIMPLE],
    identitySource: [`$request.header.${KEY_HEADER}`],
    resultsCacheTtl: KEY_KEPT,
  });

const prefixesOf = ({ manifest }: FunctionUnit): readonly HttpPrefix[] =>
  manifest.triggers.flatMap((trigger) => (trigger.on === 'http' ? trigger.prefixes : []));

const pathsOf = ({ prefix, root }: HttpPrefix): readonly string[] => [
  `/api/v1/${prefix}`,
  `/api/v1/${prefix}/{proxy+}`,
  ...(root === true ? [`/${prefix}`] : []),
];

const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    at: '$context.requestTime',
    requestId: '$context.requestId',
    route: '$context.routeKey',
    path: '$context.path',
    method: '$context.httpMethod',
    status: '$context.status',
    bytes: '$context.responseLength',
    latencyMs: '$context.responseLatency',
    ip: '$context.identity.sourceIp',
    person: '$context.authorizer.claims.sub',
    key: '$context.authorizer.keyId',
    refusedBecause: '$context.authorizer.error',
    failedBecause: '$context.integrationErrorMessage',
  }),
);
