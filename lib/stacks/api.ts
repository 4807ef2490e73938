import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { HttpPrefix } from '../../src/platform/declare/function.ts';
import { raiseAlarm } from '../constructs/alarms.ts';
import { PhoenixFunction } from '../constructs/phoenix-function.ts';
import type { FunctionUnit } from '../functions.ts';
import { handedOn, handOn, pascalCase, physicalName } from '../names.ts';
import type { Stage } from '../stage.ts';
import { StageStack } from './stack.ts';

/** A token opens a route if it has one of these: from a sign-in with a password, or on behalf of a person. */
export const TOKEN_SCOPES = ['aws.cognito.signin.user.admin', 'phoenix/api'];

/** The front door: one HTTP API, tokens checked by the gateway itself, one function per context behind it. */
export class ApiStack extends StageStack {
  constructor(scope: Construct, stage: Stage, units: readonly FunctionUnit[]) {
    super(scope, 'api', stage, 'HTTP API and its functions');
    const api = new HttpApi(this, 'Api', {
      apiName: physicalName(stage, 'api'),
      description: 'Phoenix for people: tokens of the user pool',
      createDefaultStage: false,
    });
    const authorizer = new HttpJwtAuthorizer(
      'People',
      `https://cognito-idp.${this.region}.amazonaws.com/${handedOn(this, stage, 'user-pool-id')}`,
      { jwtAudience: [handedOn(this, stage, 'client-id')] },
    );
    for (const unit of units) {
      const { manifest } = unit;
      const api_function = new PhoenixFunction(this, pascalCase(manifest.name), { stage, unit });
      const integration = new HttpLambdaIntegration(pascalCase(manifest.name), api_function.function, {
        scopePermissionToRoute: false,
      });
      for (const prefix of prefixesOf(unit)) {
        for (const path of pathsOf(prefix)) {
          api.addRoutes({
            path,
            methods: [HttpMethod.ANY],
            integration,
            ...(prefix.open === true ? {} : { authorizer, authorizationScopes: TOKEN_SCOPES }),
          });
        }
      }
    }
    this.#openStage(api);
    handOn(this, stage, 'api-id', api.apiId);
    new CfnOutput(this, 'ApiId', { value: api.apiId });
    new CfnOutput(this, 'ApiUrl', { value: api.apiEndpoint });
  }

  #openStage(api: HttpApi): void {
    const log = new LogGroup(this, 'AccessLog', {
      logGroupName: `/phoenix/${this.stage.name}/access`,
      retention: this.stage.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const open = new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: this.stage.throttle.ratePerSecond, burstLimit: this.stage.throttle.burst },
      accessLogSettings: { destination: new LogGroupLogDestination(log), format: ACCESS_LOG },
    });
    raiseAlarm(this, 'ServerErrors', this.stage, {
      means: 'the API answers with 5xx; the access log names the routes, the log of their function the cause',
      runbook: 'api-errors',
      metric: open.metricServerError({ period: Duration.minutes(5), statistic: 'Sum' }),
      atLeast: 5,
    });
  }
}

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
    refusedBecause: '$context.authorizer.error',
    failedBecause: '$context.integrationErrorMessage',
  }),
);
