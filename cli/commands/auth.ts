import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { accessRoutes } from '../../src/access/contract/routes.ts';
import { makeClient } from '../../src/client/client.ts';
import { responseOf } from '../../src/client/wire.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { renderFields } from '../render/table.ts';
import { forgetCredentials, readCredentials, writeCredentials } from '../session/credentials.ts';
import { readLocalEnvironment } from '../session/local-environment.ts';

const ask = async (question: string, isSecret: boolean): Promise<string> => {
  const reader = createInterface({
    input: process.stdin,
    output: isSecret ? undefined : process.stderr,
    terminal: !isSecret,
  });
  if (isSecret) process.stderr.write(question);
  try {
    return (await reader.question(isSecret ? '' : question)).trim();
  } finally {
    reader.close();
  }
};

export const registerAuth = (program: Command, context: () => Context): void => {
  program
    .command('login')
    .description('sign in; in a local environment the role is enough: phoenix login -u admin')
    .option('-u, --user <name>', 'who')
    .option('-p, --password-stdin', 'read the password from standard input')
    .action(async ({ user, passwordStdin }: { user?: string; passwordStdin?: true }) => {
      const { apiEndpoint, options, say } = context();
      const endpoint = apiEndpoint();
      const canAsk = options.input !== false && process.stdin.isTTY === true;
      const local = readLocalEnvironment();
      const known =
        local?.apiUrl === endpoint ? local.users.find(({ email, role }) => user === email || user === role) : undefined;
      const email = known?.email ?? user ?? (canAsk ? await ask('e-mail: ', false) : undefined);
      if (email === undefined) throw new CommandFailure(EXIT.invalid, 'who signs in?', 'name the user with -u');
      const password =
        known?.password ?? (passwordStdin === true || !canAsk ? await ask('', true) : await ask('password: ', true));
      const { body } = await makeClient({ baseUrl: endpoint }).login({ body: { email, password } });
      writeCredentials({
        apiEndpoint: endpoint,
        email,
        accessToken: body.accessToken,
        refreshToken: body.refreshToken,
      });
      say(`✔ signed in as ${email} at ${endpoint}`);
    });

  program
    .command('logout')
    .description('end the session everywhere')
    .action(async () => {
      const { client, say } = context();
      if (readCredentials() === null) return say('nobody was signed in');
      const api = await client();
      await api.logout({}).finally(forgetCredentials);
      return say('✔ signed out');
    });

  program
    .command('whoami')
    .description('who is signed in, and what they may do')
    .action(async () => {
      const { client, answer } = context();
      const { body } = await (await client()).getMe({});
      answer(responseOf(accessRoutes, 'getMe'), body, () =>
        renderFields([
          ['user', body.email],
          ['tenant', body.tenantId],
          ['roles', body.roles.join(', ')],
          ['may', body.permissions.join(' ')],
        ]),
      );
    });
};
