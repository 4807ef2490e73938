import { describe, expect, test } from 'vitest';
import { TOKEN_SCOPES } from '../../lib/stacks/api.ts';
import { stageOf } from '../../lib/stage.ts';
import { ACCOUNT, manifests, ofType, type Resource, resourcesOf, stageNamed } from './templates.ts';

const prod = resourcesOf(stageNamed('prod'));
const local = resourcesOf(stageNamed('local'));

describe('front door', () => {
  /** routes of the API whose logical id begins so */
  const routesOf = (api: string): readonly Resource[] =>
    ofType(prod, 'AWS::ApiGatewayV2::Route').filter(({ properties }) => String(properties['ApiId']).startsWith(api));
  const openByManifest = manifests
    .flatMap(({ triggers }) => triggers.flatMap((trigger) => (trigger.on === 'http' ? trigger.prefixes : [])))
    .filter(({ open }) => open === true)
    .flatMap(({ prefix, root }) => [
      `ANY /api/v1/${prefix}`,
      `ANY /api/v1/${prefix}/{proxy+}`,
      ...(root === true ? [`ANY /${prefix}`] : []),
    ]);

  test('every route for people asks for a token with one of our scopes, unless its manifest says that it is open', () => {
    const routes = routesOf('<Api');
    const open = routes.filter(({ properties }) => properties['AuthorizationType'] === 'NONE');
    expect(open.map(({ properties }) => String(properties['RouteKey'])).sort()).toEqual(openByManifest.sort());
    for (const { properties } of routes.filter((route) => !open.includes(route))) {
      expect(properties).toMatchObject({ AuthorizationType: 'JWT', AuthorizationScopes: TOKEN_SCOPES });
    }
    expect(routes.length).toBeGreaterThan(open.length);
  });

  test('every route that is not open is there for programs, too, and asks for a key', () => {
    const keysOf = (routes: readonly Resource[]) =>
      routes.map(({ properties }) => String(properties['RouteKey'])).sort();
    const forPrograms = routesOf('<KeyApi');
    expect(keysOf(forPrograms)).toEqual(keysOf(routesOf('<Api')).filter((route) => !openByManifest.includes(route)));
    for (const { properties } of forPrograms) expect(properties).toMatchObject({ AuthorizationType: 'CUSTOM' });
    expect(ofType(prod, 'AWS::ApiGatewayV2::Authorizer')[1]?.properties).toMatchObject({
      AuthorizerType: 'REQUEST',
      EnableSimpleResponses: true,
      IdentitySource: ['$request.header.x-api-key'],
      AuthorizerResultTtlInSeconds: 60,
    });
  });

  test('functions hear where people and programs ask, except where one address hands on to both', () => {
    const addressesIn = (resources: readonly Resource[]) => {
      const environments = ofType(resources, 'AWS::Lambda::Function')
        .filter(({ properties }) => String(properties['FunctionName']).endsWith('-api-access'))
        .map(({ properties }) => properties['Environment'] as { Variables: Readonly<Record<string, string>> });
      return environments.flatMap(({ Variables }) => [
        Variables['SETTING_API_ADDRESS'],
        Variables['SETTING_KEY_API_ADDRESS'],
      ]);
    };
    expect(addressesIn(prod)).toEqual([expect.stringContaining('<Api'), expect.stringContaining('<KeyApi')]);
    expect(addressesIn(local)).toEqual(['none', 'none']);
  });

  test('with a domain of its own the API for programs asks for a certificate, and has no other door', () => {
    const keyApiDomain = {
      name: 'keys.example.com',
      certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/1',
      trustStore: { bucket: 'authorities', key: 'truststore.pem', version: '3' },
    };
    const resources = resourcesOf(stageOf('prod', { account: ACCOUNT, keyApiDomain }));
    expect(ofType(resources, 'AWS::ApiGatewayV2::DomainName').map(({ properties }) => properties)).toMatchObject([
      {
        DomainName: 'keys.example.com',
        MutualTlsAuthentication: { TruststoreUri: 's3://authorities/truststore.pem', TruststoreVersion: '3' },
        DomainNameConfigurations: [{ SecurityPolicy: 'TLS_1_2' }],
      },
    ]);
    const apis = ofType(resources, 'AWS::ApiGatewayV2::Api').map(({ properties }) => [
      properties['Name'],
      properties['DisableExecuteApiEndpoint'] ?? false,
    ]);
    expect(apis).toEqual([
      ['phoenix-prod-api', false],
      ['phoenix-prod-key-api', true],
    ]);
  });

  test('only health, sign-in and what a client must know before it are open', () => {
    const allowed = /^ANY (\/api\/v1)?\/(auth|health|ready|live|openapi\.json)(\/.*)?$/;
    expect(openByManifest.filter((route) => !allowed.test(route))).toEqual([]);
  });

  test('tokens are those of our pool and our client', () => {
    const [authorizer, ofPrograms, ...others] = ofType(prod, 'AWS::ApiGatewayV2::Authorizer');
    expect([ofPrograms?.properties['AuthorizerType'], others]).toEqual(['REQUEST', []]);
    expect(authorizer?.properties).toMatchObject({
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: {
        Audience: ['{/phoenix/prod/client-id}'],
        Issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/{/phoenix/prod/user-pool-id}',
      },
    });
  });

  test('a password signs in at our own API only where the stage allows it; nobody signs up alone', () => {
    const flows = (resources: readonly Resource[]) =>
      ofType(resources, 'AWS::Cognito::UserPoolClient').map(({ properties }) => properties['ExplicitAuthFlows']);
    expect(flows(prod)).toEqual([['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']]);
    expect(flows(local)).toEqual([['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']]);
    const [pool] = ofType(prod, 'AWS::Cognito::UserPool');
    expect(pool?.properties).toMatchObject({
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: 'ON',
    });
    expect(ofType(prod, 'AWS::Cognito::UserPoolClient')[0]?.properties).toMatchObject({ GenerateSecret: false });
  });

  test('requests are limited and logged', () => {
    const [stage] = ofType(prod, 'AWS::ApiGatewayV2::Stage');
    expect(stage?.properties).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 },
      AccessLogSettings: { Format: expect.stringContaining('$context.authorizer.error') },
    });
  });
});
