import type { Command } from 'commander';
import { followEvents } from '../../src/client/follow-events.ts';
import { responseOf, toWire } from '../../src/client/wire.ts';
import type { EventPage } from '../../src/events/contract/routes.ts';
import { eventRoutes } from '../../src/events/contract/routes.ts';
import { BEGINNING, lastPositionAt } from '../../src/events/domain/position.ts';
import { parseDuration } from '../../src/kernel/duration.ts';
import { secondsAfter } from '../../src/kernel/instant.ts';
import { systemClock, systemPauses } from '../../src/kernel/system.ts';
import { EventEnvelope } from '../../src/platform/declare/event.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { renderTable } from '../render/table.ts';

/** The API keeps a reader that has nothing to hear for so long. */
const WAIT_SECONDS = 20;

interface Filter {
  readonly types?: string;
  readonly source?: string;
  readonly subject?: string;
}

export const registerEvents = (program: Command, context: () => Context): void => {
  const events = program.command('events').description('what has happened, and what happens now');

  filtered(events.command('list').description('what has happened, oldest first'))
    .option('--since <duration>', 'from so long ago on', '24h')
    .option('--after <id>', 'behind this event instead; `beginning` for everything that is kept')
    .option('--limit <count>', 'at most this many', '100')
    .action(async ({ since, after, limit, ...filter }: Filter & { since: string; after?: string; limit: string }) => {
      const { client, answer, say } = context();
      const from = positionNamed(after) ?? positionBefore(since);
      const page = await readUpTo(await client(), filter, from, Number(limit));
      answer(responseOf(eventRoutes, 'listEvents'), page, () =>
        page.items.length === 0
          ? 'nothing has happened in this time'
          : renderTable(['at', 'event', 'about', 'who'], page.items.map(rowOf)),
      );
      if (page.items.length === page.metadata.limit) say(`there may be more: --after ${page.metadata.after}`);
    });

  filtered(events.command('tail').description('what happens from now on, a line each, until Ctrl-C'))
    .option('--after <id>', 'everything behind this event first; `beginning` for everything that is kept')
    .option('--count <count>', 'end after so many')
    .action(async ({ after, count, ...filter }: Filter & { after?: string; count?: string }) => {
      const { client, options, say } = context();
      const most = count === undefined ? Number.POSITIVE_INFINITY : Number(count);
      const following = followEvents({
        client,
        pauses: systemPauses,
        ...filter,
        after: positionNamed(after),
        limit: Math.min(most, 100),
        waitSeconds: WAIT_SECONDS,
        onTrouble: (failure) => say(`◐ ${failure instanceof Error ? failure.message : 'no answer'}; asking again`),
      });
      let told = 0;
      for await (const page of following) {
        const items = page.items.slice(0, most - told);
        for (const event of items) process.stdout.write(`${lineOf(event, options.output)}\n`);
        told += items.length;
        if (told >= most) return;
      }
    });
};

const filtered = (command: Command): Command =>
  command
    .option('--types <types>', 'types or families, with commas: experiment.started,cluster.*')
    .option('--source <context>', 'of one part: experiments, pipelines, clusters, cost, access')
    .option('--subject <id>', 'about one thing');

/** All pages behind a position, up to a number of events; the last `after` is where to go on. */
const readUpTo = async (
  client: Awaited<ReturnType<Context['client']>>,
  filter: Filter,
  from: string,
  limit: number,
): Promise<EventPage> => {
  const items: EventEnvelope[] = [];
  let after = from;
  for (;;) {
    const asked = Math.min(100, limit - items.length);
    const { body } = await client.listEvents({ query: { ...filter, after, limit: asked } });
    items.push(...body.items);
    const hasMoved = body.metadata.after !== after;
    after = body.metadata.after;
    if (items.length >= limit || !hasMoved) {
      return { items, metadata: { ...body.metadata, count: items.length, limit } };
    }
  }
};

const positionNamed = (after: string | undefined): string | undefined => (after === 'beginning' ? BEGINNING : after);

const positionBefore = (since: string): string => {
  const seconds = parseDuration(since);
  if (!seconds.accepted) throw new CommandFailure(EXIT.invalid, seconds.refusal.message, 'for example --since 7d');
  return lastPositionAt(secondsAfter(systemClock.now(), -seconds.value));
};

const rowOf = ({ timestamp, type, subject, actor }: EventEnvelope): readonly string[] => [
  timestamp,
  type,
  subject,
  actor.kind === 'user' ? actor.email : actor.id,
];

/** A line for a person; for programs the event itself, one JSON object a line. */
const lineOf = (event: EventEnvelope, output: Context['options']['output']): string =>
  output === 'table' ? rowOf(event).join('  ') : JSON.stringify(toWire(EventEnvelope, event));
