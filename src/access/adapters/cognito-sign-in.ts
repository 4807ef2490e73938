import {
  type AuthenticationResultType,
  type CognitoIdentityProviderClient,
  GlobalSignOutCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { ServiceFailure } from '../../platform/failure.ts';
import { currentLog } from '../../platform/run.ts';
import type { Session, SignIn } from '../application/ports.ts';

/** Sign-in through a Cognito user pool's public calls: they need no rights in AWS. */
export const cognitoSignIn = ({
  client,
  clientId,
}: {
  readonly client: CognitoIdentityProviderClient;
  readonly clientId: string;
}): SignIn => {
  const authenticate = async (
    flow: 'USER_PASSWORD_AUTH' | 'REFRESH_TOKEN_AUTH',
    parameters: Record<string, string>,
    refusal: string,
  ): Promise<Outcome<Session, Refusal<'sign-in-refused'>>> => {
    try {
      const answer = await client.send(
        new InitiateAuthCommand({ AuthFlow: flow, ClientId: clientId, AuthParameters: parameters }),
      );
      if (answer.AuthenticationResult !== undefined) return accept(sessionOf(answer.AuthenticationResult));
      return refuse('sign-in-refused', CHALLENGES[answer.ChallengeName ?? ''] ?? OTHER_CHALLENGE);
    } catch (error) {
      if (error instanceof Error && REFUSED.has(error.name)) return refuse('sign-in-refused', refusal);
      throw failureOf(error);
    }
  };
  return {
    withPassword: (email, password) =>
      authenticate(
        'USER_PASSWORD_AUTH',
        { USERNAME: email, PASSWORD: password },
        'the e-mail address or the password is not right',
      ),
    refresh: (refreshToken) =>
      authenticate('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: refreshToken }, 'this session has ended; sign in again'),
    endSessions: async (accessToken) => {
      try {
        await client.send(new GlobalSignOutCommand({ AccessToken: accessToken }));
      } catch (error) {
        // our own record of the end already refuses every token of this sign-in
        currentLog().warning('session.pool-sign-out-failed', {
          reason: error instanceof Error ? error.name : 'unknown',
        });
      }
    },
  };
};

const sessionOf = (result: AuthenticationResultType): Session => ({
  accessToken: result.AccessToken ?? '',
  refreshToken: result.RefreshToken ?? null,
  expiresInSeconds: result.ExpiresIn ?? 0,
});

/** One answer for all of these: who asks must not learn whether the address is known. */
const REFUSED = new Set([
  'NotAuthorizedException',
  'UserNotFoundException',
  'UserNotConfirmedException',
  'InvalidParameterException',
]);

const CHALLENGES: Readonly<Record<string, string>> = {
  NEW_PASSWORD_REQUIRED: 'this is a first password; choose your own through the sign-in page, then come back',
};
const OTHER_CHALLENGE = 'this account needs a second factor; sign in through the sign-in page';

const failureOf = (error: unknown): ServiceFailure => {
  const isBusy = error instanceof Error && /^(TooManyRequests|LimitExceeded)/.test(error.name);
  return new ServiceFailure(isBusy ? 'throttled' : 'service-unavailable', 'the user pool', error);
};
