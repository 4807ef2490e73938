import { Aws, CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccountRecovery,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  type UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import { handOn, physicalName } from '../names.ts';
import type { Stage } from '../stage.ts';
import { StageStack } from './stack.ts';

/** The scope of clients that sign in by authorization code; ID tokens have no scope and open nothing. */
const API_SCOPE = new ResourceServerScope({ scopeName: 'api', scopeDescription: 'use Phoenix on behalf of a person' });

/** Who people are. What they may do in a tenant is in our own table; groups are for the platform's own staff. */
export class AuthStack extends StageStack {
  constructor(scope: Construct, stage: Stage) {
    super(scope, 'auth', stage, 'people and sign-in');
    const people = new UserPool(this, 'People', {
      userPoolName: physicalName(stage, 'people'),
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      standardAttributes: { email: { required: true, mutable: true } },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      // a second factor needs a page that asks for it
      mfa: stage.settings.passwordSignIn ? Mfa.OPTIONAL : Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      deletionProtection: stage.keepsState,
      removalPolicy: stage.keepsState ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    people.addGroup('PlatformAdmins', {
      groupName: 'platform-admins',
      description: 'run the platform: create tenants; see nothing inside them',
    });
    const server = people.addResourceServer('Api', { identifier: 'phoenix', scopes: [API_SCOPE] });
    people.addDomain('SignIn', {
      cognitoDomain: { domainPrefix: `phoenix-${stage.name}-${stage.account ?? Aws.ACCOUNT_ID}` },
    });
    const client = this.#client(people, server);

    handOn(this, stage, 'user-pool-id', people.userPoolId);
    handOn(this, stage, 'client-id', client);
    new CfnOutput(this, 'UserPoolId', { value: people.userPoolId });
    new CfnOutput(this, 'ClientId', { value: client });
  }

  /** One client for dashboard and CLI. It is public, so it has no secret: PKCE protects its codes. */
  #client(people: UserPool, server: UserPoolResourceServer): string {
    const client = people.addClient('Client', {
      userPoolClientName: 'phoenix',
      generateSecret: false,
      authFlows: { userSrp: true, userPassword: this.stage.settings.passwordSignIn },
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.resourceServer(server, API_SCOPE)],
        callbackUrls: [...this.stage.signInCallbacks],
        logoutUrls: [...this.stage.signInCallbacks],
      },
      accessTokenValidity: Duration.minutes(10),
      idTokenValidity: Duration.minutes(10),
      refreshTokenValidity: Duration.hours(12),
      enableTokenRevocation: true,
      preventUserExistenceErrors: true,
    });
    return client.userPoolClientId;
  }
}
