import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT } from '../../../cli/exit-codes.ts';
import { runPhoenixInside } from '../../support/cli.ts';
import { type ServedWorld, serveWorld } from '../../support/served-world.ts';
import { makeWorld, type World } from '../../support/world.ts';

let home: string;
let world: World;
let served: ServedWorld;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'phoenix-events-'));
  world = makeWorld();
  served = await serveWorld(world);
  await world.begin();
  await world.time.advance(600);
});
afterAll(async () => {
  await served?.stop();
  rmSync(home, { recursive: true, force: true });
});

const phoenix = (...args: string[]) =>
  runPhoenixInside(args, {
    PHOENIX_HOME: home,
    PHOENIX_STATE: home,
    PHOENIX_API_URL: served.url,
    PHOENIX_TOKEN: served.tokenOf('viewer', 600),
  });

test('events list tells what happened, oldest first, and where to go on', async () => {
  const { exitCode, stdout, stderr } = await phoenix('events', 'list', '--after', 'beginning', '--limit', '2');
  expect(exitCode).toBe(EXIT.done);
  const [head, first, second, ...rest] = stdout.trim().split('\n');
  expect(head).toMatch(/^at +event +about +who/i);
  const said = world.experiments.said.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const line = /^2026-11-21T09:00:00.000Z +(experiment\.\w+) +exp-\w{12} +anna@example\.com/;
  expect([first, second].map((each) => line.exec(each ?? '')?.[1])).toEqual(said.slice(0, 2).map(({ type }) => type));
  expect(rest).toEqual([]);
  const [, id] = /--after (\w{26})/.exec(stderr) ?? [];
  const next = await phoenix('-o', 'json', 'events', 'list', '--after', id ?? '');
  expect(JSON.parse(next.stdout).items.map((event: { id: string }) => event.id)).toEqual(
    said.slice(2).map((event) => event.id),
  );
});

test('events tail gives programs one event a line and ends when it has enough', async () => {
  const { exitCode, stdout } = await phoenix(
    ...['-o', 'json', 'events', 'tail', '--after', 'beginning', '--types', 'experiment.started', '--count', '1'],
  );
  expect(exitCode).toBe(EXIT.done);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([expect.objectContaining({ type: 'experiment.started', schema_version: 1 })]);
});

test.each([
  [['events', 'list', '--since', 'yesterday'], '"yesterday" is not a duration'],
  [['events', 'list', '--after', 'yesterday'], 'after is "yesterday"; give the id of an event'],
])('%j is refused in words', async (args, sentence) => {
  const { exitCode, stderr } = await phoenix(...args);
  expect(exitCode).toBe(EXIT.invalid);
  expect(stderr).toContain(sentence);
});
