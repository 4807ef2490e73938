import type { Command } from 'commander';
import { type KeyView, keyRoutes, ShownKey } from '../../src/access/contract/key-routes.ts';
import { KEY_SCOPES, type KeyScope } from '../../src/access/domain/service-key.ts';
import { responseOf } from '../../src/client/wire.ts';
import { KeyId } from '../../src/kernel/identity.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { renderFields, renderTable } from '../render/table.ts';

export const registerKey = (program: Command, context: () => Context): void => {
  const key = program.command('key').description('service keys: what programs sign in with, as PHOENIX_KEY');

  key
    .command('create <name>')
    .description('a key for a program; its text is printed once and kept nowhere')
    .requiredOption('--scope <permission...>', `what it may do: ${KEY_SCOPES.join(', ')}`)
    .option('--days <count>', 'how long it lives, 365 at most', '90')
    .action(async (name: string, { scope, days }: { scope: string[]; days: string }) => {
      const { client } = context();
      // the API knows the scopes and says what is wrong with one
      const body = {
        name,
        scopes: scope.flatMap((each) => each.split(',')) as KeyScope[],
        expiresInDays: Number(days),
      };
      show(context(), (await (await client()).createKey({ body })).body);
    });

  key
    .command('list')
    .description('keys of the tenant, newest first')
    .action(async () => {
      const { client, answer } = context();
      const { body } = await (await client()).listKeys({});
      answer(responseOf(keyRoutes, 'listKeys'), body, () =>
        body.items.length === 0
          ? 'there is no key; `phoenix key create` makes one'
          : renderTable(['id', 'name', 'state', 'expires', 'last used', 'scopes'], body.items.map(rowOf)),
      );
    });

  key
    .command('rotate <id>')
    .description('a fresh text; the one before is good for the overlap')
    .option('--overlap-hours <count>', 'how long both open, 168 at most; 0 ends the former at once', '24')
    .action(async (id: string, { overlapHours }: { overlapHours: string }) => {
      const { client } = context();
      const api = await client();
      const params = { keyId: keyIdOf(id) };
      const { body } = await api.getKey({ params });
      const rotation = { overlapSeconds: Math.round(Number(overlapHours) * 3600) };
      show(context(), (await api.rotateKey({ params, ifMatch: body.version, body: rotation })).body);
    });

  key
    .command('revoke <id>')
    .description('end a key; within a minute it opens nothing')
    .action(async (id: string) => {
      const { client, say } = context();
      await (await client()).revokeKey({ params: { keyId: keyIdOf(id) }, ifMatch: '*' });
      say(`✔ ${id} is revoked; within a minute it opens nothing`);
    });
};

/** The text alone on standard output, so that a script can take it; everything else is talk. */
const show = ({ answer, say }: Context, shown: ShownKey): void => {
  const { key, text } = shown;
  answer(ShownKey, shown, () => text);
  say(
    renderFields([
      ['key', `${key.id} (${key.name})`],
      ['may', key.scopes.join(' ')],
      ['expires', key.expiresAt],
      ...(key.formerSecretUntil === null ? [] : [['former text until', key.formerSecretUntil] as const]),
    ]),
  );
  say('  this text is shown once: put it where the program reads PHOENIX_KEY');
};

const rowOf = ({ id, name, state, expiresAt, lastUsedAt, scopes }: KeyView): readonly string[] => [
  id,
  name,
  state,
  expiresAt,
  lastUsedAt ?? 'never',
  scopes.join(' '),
];

const keyIdOf = (id: string): KeyId => {
  const parsed = KeyId.safeParse(id);
  if (parsed.success) return parsed.data;
  throw new CommandFailure(EXIT.invalid, `${id} is no id of a key`, '`phoenix key list` shows them: key-0123456789ab');
};
