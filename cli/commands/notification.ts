import { type Command, Option } from 'commander';
import type { Client } from '../../src/client/client.ts';
import { responseOf } from '../../src/client/wire.ts';
import type { Channel, ChannelSettings, ChannelTarget } from '../../src/events/contract/channel.ts';
import { channelRoutes } from '../../src/events/contract/channel-routes.ts';
import { Delivery, DeliveryId } from '../../src/events/contract/delivery.ts';
import { systemPauses } from '../../src/kernel/system.ts';
import { Severity } from '../../src/platform/declare/event.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { renderFields, renderTable } from '../render/table.ts';
import { collect } from './parameters.ts';

interface Rule {
  readonly webhook?: string;
  readonly signingSecret?: string;
  readonly slackSecret?: string;
  readonly types?: string;
  readonly minimumSeverity?: Severity;
  readonly subject?: readonly string[];
}

export const registerNotification = (program: Command, context: () => Context): void => {
  const notification = program.command('notification').description('who is told of what happens, and how');

  notification
    .command('list')
    .description('the channels of the tenant')
    .action(async () => {
      const { client, answer } = context();
      const { body } = await (await client()).listChannels({});
      answer(responseOf(channelRoutes, 'listChannels'), body, () =>
        body.items.length === 0
          ? 'no channel yet: phoenix notification create --help'
          : renderTable(['channel', 'name', 'leads to', 'hears of', 'from', 'on'], body.items.map(rowOf)),
      );
    });

  ruled(notification.command('create <name>').description('make a channel; secrets are named, never given')).action(
    async (name: string, given: Rule) => {
      const { client, answer } = context();
      const target = targetOf(given);
      if (target === undefined) {
        throw new CommandFailure(
          EXIT.invalid,
          'nothing says where the channel leads',
          'give --webhook with --signing-secret, or --slack-secret',
        );
      }
      const { body } = await (await client()).createChannel({ body: { name, target, ...ruleOf(given) } });
      answer(responseOf(channelRoutes, 'createChannel'), body, () => describe(body));
    },
  );

  ruled(notification.command('change <channel>').description('change what a channel hears of or where it leads'))
    .option('--name <name>', 'call it otherwise')
    .addOption(new Option('--switch <state>', 'whether it hears of anything').choices(['on', 'off']))
    .action(async (named: string, { name, switch: turned, ...given }: Rule & { name?: string; switch?: string }) => {
      const { client, answer } = context();
      const api = await client();
      const { id, version, settings } = await findChannel(api, named);
      const { body } = await api.changeChannel({
        params: { channelId: id },
        ifMatch: version,
        body: {
          ...settings,
          ...ruleOf(given),
          name: name ?? settings.name,
          target: targetOf(given) ?? settings.target,
          isActive: turned === undefined ? settings.isActive : turned === 'on',
        },
      });
      answer(responseOf(channelRoutes, 'changeChannel'), body, () => describe(body));
    });

  notification
    .command('remove <channel>')
    .description('remove a channel; what is on its way there fails')
    .action(async (named: string) => {
      const { client, say } = context();
      const api = await client();
      const { id, version, settings } = await findChannel(api, named);
      await api.removeChannel({ params: { channelId: id }, ifMatch: version });
      say(`✔ ${settings.name} was removed`);
    });

  notification
    .command('test <channel>')
    .description('send a test message and wait for what becomes of its first attempt')
    .action(async (named: string) => {
      const { client, answer } = context();
      const api = await client();
      const { id } = await findChannel(api, named);
      const sent = (await api.testChannel({ params: { channelId: id } })).body;
      const delivery = await firstAttempt(api, sent);
      answer(Delivery, delivery, () => sentenceOf(delivery));
      if (delivery.state !== 'delivered') process.exitCode = EXIT.unavailable;
    });

  notification
    .command('deliveries <channel>')
    .description('what was sent to a channel in the last 30 days and how it went, newest first')
    .option('--limit <count>', 'at most this many, 100 at most', '20')
    .action(async (named: string, { limit }: { limit: string }) => {
      const { client, answer } = context();
      const api = await client();
      const { id } = await findChannel(api, named);
      const { body } = await api.listDeliveries({ params: { channelId: id }, query: { limit: Number(limit) } });
      answer(responseOf(channelRoutes, 'listDeliveries'), body, () =>
        body.items.length === 0
          ? 'nothing was sent there in the last 30 days'
          : renderTable(
              ['at', 'delivery', 'event', 'state', 'attempts', 'last failure'],
              body.items.map((each) => [
                each.createdAt,
                each.id,
                each.event.type,
                each.state,
                String(each.attempts),
                each.lastFailure ?? '–',
              ]),
            ),
      );
    });

  notification
    .command('replay <channel> <delivery>')
    .description('send a delivery once more from the beginning')
    .action(async (named: string, given: string) => {
      const { client, answer } = context();
      const api = await client();
      const { id } = await findChannel(api, named);
      const deliveryId = DeliveryId.safeParse(given);
      if (!deliveryId.success) {
        const listing = `phoenix notification deliveries ${named}`;
        throw new CommandFailure(EXIT.invalid, `"${given}" is not the id of a delivery`, `see ${listing}`);
      }
      const params = { channelId: id, deliveryId: deliveryId.data };
      const delivery = await firstAttempt(api, (await api.replayDelivery({ params })).body);
      answer(Delivery, delivery, () => sentenceOf(delivery));
      if (delivery.state !== 'delivered') process.exitCode = EXIT.unavailable;
    });
};

const ruled = (command: Command): Command =>
  command
    .option('--webhook <url>', 'address that gets each event as JSON')
    .option('--signing-secret <name>', 'secret whose value signs what the webhook gets')
    .option('--slack-secret <name>', 'secret that holds the address of an incoming webhook of Slack')
    .option('--types <types>', 'types or families, with commas: experiment.failed,cluster.*')
    .addOption(new Option('--minimum-severity <severity>', 'nothing below it').choices(Severity.options))
    .option('--subject <id>', 'only about this; may be repeated', collect);

const targetOf = ({ webhook, signingSecret, slackSecret }: Rule): ChannelTarget | undefined => {
  if (slackSecret !== undefined) return { kind: 'slack', urlSecret: slackSecret };
  if (webhook === undefined) return undefined;
  if (signingSecret !== undefined) return { kind: 'webhook', url: webhook, signingSecret };
  throw new CommandFailure(
    EXIT.invalid,
    'a webhook needs a key that signs what it gets',
    'put one into Secrets Manager and name it with --signing-secret',
  );
};

const ruleOf = ({ types, minimumSeverity, subject }: Rule): Partial<ChannelSettings> => ({
  ...(types === undefined ? {} : { types: types.split(',').map((type) => type.trim()) }),
  ...(minimumSeverity === undefined ? {} : { minimumSeverity }),
  ...(subject === undefined ? {} : { subjects: [...subject] }),
});

const findChannel = async (client: Client, idOrName: string): Promise<Channel> => {
  const { items } = (await client.listChannels({})).body;
  const found = items.filter(({ id, settings }) => id === idOrName || settings.name === idOrName);
  const [channel, another] = found;
  if (channel !== undefined && another === undefined) return channel;
  if (another !== undefined) {
    throw new CommandFailure(
      EXIT.invalid,
      `${found.length} channels are called ${idOrName}`,
      `name one by its id: ${found.map(({ id }) => id).join(', ')}`,
    );
  }
  const names = items.map(({ settings }) => settings.name).join(', ');
  throw new CommandFailure(
    EXIT.notFound,
    `no channel is called ${idOrName}`,
    names === '' ? 'there is none yet: phoenix notification create --help' : `there are: ${names}`,
  );
};

const LOOKS = 15;

/** What became of a delivery's first attempt; the delivery as it is when nothing did in time. */
const firstAttempt = async (client: Client, sent: Delivery): Promise<Delivery> => {
  let seen = sent;
  for (let look = 0; look < LOOKS && seen.attempts === 0; look += 1) {
    await systemPauses.exactly(1000);
    const { body } = await client.listDeliveries({ params: { channelId: sent.channelId }, query: { limit: 100 } });
    seen = body.items.find(({ id }) => id === sent.id) ?? seen;
  }
  return seen;
};

const sentenceOf = ({ id, state, attempts, lastFailure, nextAttemptAt }: Delivery): string => {
  if (state === 'delivered') return `✔ delivered (${id})`;
  if (attempts === 0) return `◐ ${id} was not attempted yet`;
  return `✘ ${lastFailure ?? 'it failed'} (${id})${nextAttemptAt === null ? '' : `; tried again at ${nextAttemptAt}`}`;
};

const leadsTo = (target: ChannelTarget): string =>
  target.kind === 'webhook' ? target.url : `slack, secret ${target.urlSecret}`;

const rowOf = ({ id, settings }: Channel): readonly string[] => [
  id,
  settings.name,
  leadsTo(settings.target),
  settings.types.join(', '),
  settings.minimumSeverity,
  settings.isActive ? 'on' : 'off',
];

const describe = ({ id, settings }: Channel): string =>
  renderFields([
    ['channel', id],
    ['name', settings.name],
    ['leads to', leadsTo(settings.target)],
    ['hears of', settings.types.join(', ')],
    ['from', settings.minimumSeverity],
    ['about', settings.subjects.length === 0 ? 'everything' : settings.subjects.join(', ')],
    ['switched', settings.isActive ? 'on' : 'off'],
  ]);
