import { type Command, Option } from 'commander';
import { MemberView, memberRoutes } from '../../src/access/contract/member-routes.ts';
import { ROLES, type Role } from '../../src/access/domain/permissions.ts';
import type { Client } from '../../src/client/client.ts';
import { responseOf } from '../../src/client/wire.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { renderTable } from '../render/table.ts';

export const registerMember = (program: Command, context: () => Context): void => {
  const member = program.command('member').description('who belongs to the tenant, and in which role');

  member
    .command('list')
    .description('members, those who left too')
    .action(async () => {
      const { client, answer } = context();
      const { body } = await (await client()).listMembers({});
      answer(responseOf(memberRoutes, 'listMembers'), body, () =>
        renderTable(['e-mail', 'role', 'state', 'id'], body.items.map(rowOf)),
      );
    });

  member
    .command('role <who>')
    .description('give a member, by e-mail address or id, another role')
    .addOption(new Option('--role <role>', 'the role').choices(ROLES).makeOptionMandatory())
    .action((who: string, { role }: { role: Role }) => change(context(), who, { role }));

  for (const [verb, isActive, effect] of [
    ['deactivate', false, 'within a minute they are let in nowhere'],
    ['activate', true, 'let a member who left in again'],
  ] as const) {
    member
      .command(`${verb} <who>`)
      .description(`${verb} a member, by e-mail address or id: ${effect}`)
      .action((who: string) => change(context(), who, { isActive }));
  }
};

const change = async (
  { client, answer, say }: Context,
  who: string,
  wish: { readonly role?: Role; readonly isActive?: boolean },
): Promise<void> => {
  const api = await client();
  const { userId, version } = await findMember(api, who);
  const { body } = await api.changeMember({ params: { userId }, ifMatch: version, body: wish });
  answer(MemberView, body, () => renderTable(['e-mail', 'role', 'state', 'id'], [rowOf(body)]));
  say('✔ it holds within a minute');
};

const findMember = async (client: Client, who: string): Promise<MemberView> => {
  const { items } = (await client.listMembers({})).body;
  const found = items.find(({ email, userId }) => email === who || userId === who);
  if (found !== undefined) return found;
  throw new CommandFailure(EXIT.notFound, `no member is called ${who}`, '`phoenix member list` shows them');
};

const rowOf = ({ email, roles, isActive, userId }: MemberView): readonly string[] => [
  email,
  roles.join(' ') || '–',
  isActive ? 'active' : 'left',
  userId,
];
