import { describe, expect, test } from 'vitest';
import { TOKEN_SCOPES } from '../../lib/stacks/api.ts';
import { manifests, ofType, type Resource, resourcesOf, stageNamed } from './templates.ts';

const prod = resourcesOf(stageNamed('prod'));
const local = resourcesOf(stageNamed('local'));

describe('front door', () => {
  const openByManifest = manifests
    .flatMap(({ triggers }) => triggers.flatMap((trigger) => (trigger.on === 'http' ? trigger.prefixes : [])))
    .filter(({ open }) => open === true)
    .flatMap(({ prefix, root }) => [
      `ANY /api/v1/${prefix}`,
      `ANY /api/v1/${prefix}/{proxy+}`,
      ...(root === true ? [`ANY /${prefix}`] : []),
    ]);

  test('every route asks for a token with one of our scopes, unless its manifest says that it is open', () => {
    const routes = ofType(prod, 'AWS::ApiGatewayV2::Route');
    const open = routes.filter(({ properties }) => properties['AuthorizationType'] === 'NONE');
    expect(open.map(({ properties }) => String(properties['RouteKey'])).sort()).toEqual(openByManifest.sort());
    for (const { properties } of routes.filter((route) => !open.includes(route))) {
      expect(properties).toMatchObject({ AuthorizationType: 'JWT', AuthorizationScopes: TOKEN_SCOPES });
    }
    expect(routes.length).toBeGreaterThan(open.length);
  });

  test('only health, sign-in and what a client must know before it are open', () => {
    const allowed = /^ANY (\/api\/v1)?\/(auth|health|ready|live|openapi\.json)(\/.*)?$/;
    expect(openByManifest.filter((route) => !allowed.test(route))).toEqual([]);
  });

  test('tokens are those of our pool and our client', () => {
    const [authorizer, ...others] = ofType(prod, 'AWS::ApiGatewayV2::Authorizer');
    expect(others).toEqual([]);
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
