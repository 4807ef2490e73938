import {
  AdminCreateUserCommand,
  AdminGetUserCommand,
  AdminSetUserPasswordCommand,
  type AttributeType,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { UserId } from '../../kernel/identity.ts';
import type { PeopleDirectory } from '../application/ports.ts';

/** Makes people in a Cognito user pool, by the rights of an operator. */
export const cognitoPeople = ({
  client,
  userPoolId,
}: {
  readonly client: CognitoIdentityProviderClient;
  readonly userPoolId: string;
}): PeopleDirectory => ({
  ensurePerson: async (email, password) => {
    const user = { UserPoolId: userPoolId, Username: email };
    try {
      await client.send(
        new AdminCreateUserCommand({
          ...user,
          // nobody is written to: whoever enrols hands the password on
          MessageAction: 'SUPPRESS',
          UserAttributes: [
            { Name: 'email', Value: email },
            { Name: 'email_verified', Value: 'true' },
          ],
        }),
      );
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'UsernameExistsException') throw error;
    }
    await client.send(new AdminSetUserPasswordCommand({ ...user, Password: password, Permanent: true }));
    const { UserAttributes: attributes = [] } = await client.send(new AdminGetUserCommand(user));
    return UserId.parse(attributeNamed(attributes, 'sub'));
  },
});

const attributeNamed = (attributes: readonly AttributeType[], name: string): string | undefined =>
  attributes.find((each) => each.Name === name)?.Value;
