import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { permissionsOf, type Role } from '../../../src/access/domain/permissions.ts';
import { httpCourier } from '../../../src/events/adapters/http-courier.ts';
import { memoryChannels, memoryDeliveries } from '../../../src/events/adapters/memory-channels.ts';
import { makeDeliver } from '../../../src/events/application/deliver.ts';
import { makeNotifyChannels } from '../../../src/events/application/notify-channels.ts';
import { serveChannels } from '../../../src/events/application/serve-channels.ts';
import { ChannelId, ChannelSettings, hears } from '../../../src/events/contract/channel.ts';
import { type DueDelivery, MOST_CHANNELS } from '../../../src/events/contract/channel-routes.ts';
import { beginDelivery, DeliveryId } from '../../../src/events/contract/delivery.ts';
import { CHANNEL_PROBLEMS } from '../../../src/events/contract/problems.ts';
import type { Epoch, Principal, TenantId, UserId } from '../../../src/kernel/identity.ts';
import { accept } from '../../../src/kernel/outcome.ts';
import { systemIds } from '../../../src/kernel/system.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import type { EventEnvelope } from '../../../src/platform/declare/event.ts';
import { makeAddressGuard } from '../../../src/platform/http/address-guard.ts';
import { makeCursors } from '../../../src/platform/http/cursor.ts';
import { memoryIdempotencyStore } from '../../../src/platform/http/memory-idempotency.ts';
import { makeRouter } from '../../../src/platform/router.ts';
import { httpRequest, recordingRefusals, T0, testClock, testRun } from '../../support/platform.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';

const ACME = 'acme' as TenantId;
const KEY = 'a key that signs';

const failed = (more: Partial<EventEnvelope> = {}): EventEnvelope => ({
  id: systemIds.ulid(),
  type: 'experiment.failed',
  schemaVersion: 1,
  source: 'experiments',
  subject: 'exp-0123456789ab',
  tenant: ACME,
  epoch: 1 as Epoch,
  seq: 1,
  timestamp: T0,
  actor: { kind: 'system', id: 'guardrail' },
  severity: 'error',
  traceId: 't',
  data: { name: 'top <k> & co', reason: 'nobody answers' },
  ...more,
});

const webhook = (url: string) => ({ kind: 'webhook', url, signing_secret: 'on-call' });

describe('a channel hears of', () => {
  const target = { kind: 'slack', urlSecret: 'room' } as const;
  test.each([
    ['everything by default', {}, true],
    ['its types', { types: ['experiment.failed'] }, true],
    ['its families', { types: ['cluster.*', 'experiment.*'] }, true],
    ['no other type', { types: ['experiment.started', 'cluster.*'] }, false],
    ['its severity', { minimumSeverity: 'error' }, true],
    ['nothing below it', { minimumSeverity: 'critical' }, false],
    ['its subjects', { subjects: ['exp-0123456789ab'] }, true],
    ['no other subject', { subjects: ['exp-ba9876543210'] }, false],
    ['nothing while it is switched off', { isActive: false }, false],
  ] as const)('%s', (_, rule, expected) => {
    expect(hears(ChannelSettings.parse({ name: 'x', target, ...rule }), failed())).toBe(expected);
  });

  test('nothing that channels say themselves: one that fails would tell itself for ever', () => {
    expect(hears(ChannelSettings.parse({ name: 'x', target }), failed({ type: 'channel.changed' }))).toBe(false);
  });
});

const receivers: Receiver[] = [];
afterEach(async () => {
  for (const each of receivers.splice(0)) await each.stop();
});
const receive = async (...args: Parameters<typeof startReceiver>): Promise<Receiver> => {
  const receiver = await startReceiver(...args);
  receivers.push(receiver);
  return receiver;
};

/** The whole way of a notification in one process; queues deliver when a test says so. */
const world = (listed = '', secrets: Readonly<Record<string, string>> = { 'acme/on-call': KEY }) => {
  const clock = testClock();
  const channels = memoryChannels({ clock, ids: systemIds });
  const deliveries = memoryDeliveries();
  const due: { readonly message: DueDelivery; readonly delaySeconds?: number }[] = [];
  const queue = { send: async (messages: readonly (typeof due)[number][]) => void due.push(...messages) };
  const guard = makeAddressGuard(listed, 'allowedNotificationHosts');
  const courier = httpCourier({
    guard,
    secrets: async (tenantId, reference) => secrets[`${tenantId}/${reference}`] ?? null,
    clock,
  });
  const parts = { channels, deliveries, queue, sha256, clock, courier };
  const router = makeRouter({
    service: 'api-notifications',
    problems: CHANNEL_PROBLEMS,
    gatekeeper: { identify: async (claims) => accept(callerWith(claims)), lowestRoleFor: () => 'admin' },
    idempotency: memoryIdempotencyStore({ clock }),
    cursors: makeCursors({ secret: async () => 'a secret of this test', clock }),
    refusedWrites: recordingRefusals(),
    served: serveChannels({ ...parts, mayLeadTo: guard.check, ids: systemIds }),
  });
  const deliver = makeDeliver(parts);
  return {
    ...parts,
    due,
    notify: makeNotifyChannels(parts),
    /** what is due is attempted, as often as something is due; time passes as the delays say */
    work: async () => {
      const delays: number[] = [];
      for (let next = due.shift(); next !== undefined; next = due.shift()) {
        delays.push(next.delaySeconds ?? 0);
        clock.advance(next.delaySeconds ?? 0);
        await deliver(next.message);
      }
      return delays;
    },
    ask: async (
      method: string,
      path: string,
      more: { body?: unknown; as?: Role; ifMatch?: string; key?: string } = {},
    ) => {
      const headers = {
        'content-type': 'application/json',
        'idempotency-key': more.key ?? systemIds.ulid(),
        ...(more.ifMatch === undefined ? {} : { 'if-match': more.ifMatch }),
      };
      const [address = '', search] = path.split('?');
      const answer = await router(
        httpRequest(method, `/api/v1/notifications${address}`, {
          body: more.body,
          headers,
          claims: { role: more.as ?? 'admin' },
          query: Object.fromEntries(new URLSearchParams(search)),
        }),
        testRun(),
      );
      return { status: answer.statusCode, body: answer.body === '' ? null : JSON.parse(answer.body) };
    },
  };
};

const callerWith = (claims: Readonly<Record<string, unknown>>): Principal => ({
  userId: 'anna' as UserId,
  email: 'anna@example.com',
  tenantId: (claims['tenant'] as TenantId | undefined) ?? ACME,
  roles: [String(claims['role'])],
  permissions: permissionsOf(claims['role'] as Role),
});

describe('a webhook', () => {
  test('receives the event once, signed with the key that its secret holds', async () => {
    const receiver = await receive();
    const { ask, notify, work } = world(receiver.hostAndPort);
    const made = await ask('POST', '', {
      body: { name: 'on call', target: webhook(`http://${receiver.hostAndPort}/hook`) },
    });
    expect(made).toMatchObject({ status: 201, body: { version: 1, settings: { types: ['*'] } } });
    const event = failed();
    expect(await notify(event)).toEqual({ begun: 1 });
    await notify(event);
    await work();
    expect(receiver.received).toHaveLength(1);
    const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = receiver.received;
    expect(path).toBe('/hook');
    const [, at, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['phoenix-signature'])) ?? [];
    expect(Number(at) * 1000).toBe(Date.parse(T0));
    expect(createHmac('sha256', KEY).update(`${at}.${body}`).digest('hex')).toBe(signature);
    expect(headers).toMatchObject({ 'phoenix-event': 'experiment.failed', 'content-type': 'application/json' });
    expect(JSON.parse(body)).toMatchObject({
      delivery_id: headers['phoenix-delivery'],
      channel_id: made.body.id,
      event: { id: event.id, type: 'experiment.failed', schema_version: 1 },
    });
    expect(JSON.stringify(made.body) + body).not.toContain(KEY);
  });

  test('that fails is tried three times, then waits to be sent again by a person', async () => {
    const receiver = await receive((nth) => (nth === 2 ? 'hang up' : { status: nth <= 3 ? 500 : 204 }));
    const { ask, notify, work } = world(receiver.hostAndPort);
    const { body: channel } = await ask('POST', '', {
      body: { name: 'on call', target: webhook(`http://${receiver.hostAndPort}`) },
    });
    await notify(failed());
    expect(await work()).toEqual([0, 30, 300]);
    expect(receiver.received).toHaveLength(3);
    const { body: listed } = await ask('GET', `/${channel.id}/deliveries`);
    expect(listed.items).toMatchObject([
      {
        state: 'failed',
        attempts: 3,
        last_failure: 'the receiver answered 500',
        finished_at: '2026-11-21T09:45:30.000Z',
      },
    ]);
    const again = await ask('POST', `/${channel.id}/deliveries/${listed.items[0].id}/replay`);
    expect(again).toMatchObject({ status: 202, body: { state: 'pending', attempts: 0 } });
    await work();
    expect((await ask('GET', `/${channel.id}/deliveries`)).body.items).toMatchObject([
      { state: 'delivered', attempts: 1, last_failure: null },
    ]);
  });

  test('is not led elsewhere by a redirect', async () => {
    const inner = await receive();
    const receiver = await receive(() => ({ status: 307, location: `http://${inner.hostAndPort}/` }));
    const { ask, work } = world(`${receiver.hostAndPort} ${inner.hostAndPort}`);
    const { body: channel } = await ask('POST', '', {
      body: { name: 'on call', target: webhook(`http://${receiver.hostAndPort}`) },
    });
    await ask('POST', `/${channel.id}/test`);
    await work();
    expect(receiver.received).toHaveLength(3);
    expect(inner.received).toEqual([]);
  });

  test.each([
    'https://127.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://2130706433/',
    'https://[::ffff:7f00:1]/',
    'http://hooks.example.com/',
    'https://user:password@hooks.example.com/',
    'https://localhost./',
  ])('cannot be pointed at %s', async (url) => {
    const { ask } = world();
    expect(await ask('POST', '', { body: { name: 'x', target: webhook(url) } })).toMatchObject({
      status: 422,
      body: { code: 'ADDRESS_NOT_ALLOWED' },
    });
  });

  test('whose name leads inside when it is resolved is given up at once, and nobody inside hears of it', async () => {
    const inner = await receive();
    // the address was checked when its name led outside
    const courier = httpCourier({
      guard: { check: () => accept({ isListed: false }) },
      secrets: async () => KEY,
      clock: testClock(),
    });
    const url = `https://localhost:${inner.hostAndPort.split(':')[1]}/`;
    const { id, channelId } = {
      id: DeliveryId.parse('dlv-0123456789ab'),
      channelId: ChannelId.parse('chan-0123456789ab'),
    };
    const delivery = beginDelivery({ id, channelId, tenantId: ACME, event: failed() }, T0);
    expect(await courier.bring({ kind: 'webhook', url, signingSecret: 'on-call' }, delivery)).toEqual({
      went: 'wrong',
      why: 'the name leads to a private network',
      lasting: true,
    });
    expect(inner.received).toEqual([]);
  });
});

test('a room of Slack gets a line, and its address is told to nobody', async () => {
  const receiver = await receive((nth) => ({ status: nth === 1 ? 500 : 200 }));
  const address = `http://${receiver.hostAndPort}/services/T0/B0/secret`;
  const { ask, notify, work, channels } = world(receiver.hostAndPort, { 'acme/room': address });
  const { body: channel } = await ask('POST', '', {
    body: { name: 'room', target: { kind: 'slack', url_secret: 'room' }, minimum_severity: 'error' },
  });
  await notify(failed({ severity: 'warning' }));
  await notify(failed());
  expect(await work()).toEqual([0, 30]);
  expect(JSON.parse(receiver.received[1]?.body ?? '')).toEqual({
    text: '❗ experiment.failed · top &lt;k&gt; &amp; co (exp-0123456789ab) · by guardrail: nobody answers',
  });
  const shown = JSON.stringify([await ask('GET', `/${channel.id}/deliveries`), channels.events]);
  expect(shown).not.toContain('secret/');
  expect(shown).not.toContain('/services/');
});

test.each([
  ['is missing', {}, 'there is no secret on-call that we may read', 3],
  ['belongs to another tenant', { 'other/on-call': KEY }, 'there is no secret on-call that we may read', 3],
])('a secret that %s is a failure in words', async (_, secrets, why, attempts) => {
  const { ask, work } = world('', secrets);
  const { body: channel } = await ask('POST', '', {
    body: { name: 'x', target: webhook('https://hooks.example.com') },
  });
  await ask('POST', `/${channel.id}/test`);
  await work();
  expect((await ask('GET', `/${channel.id}/deliveries`)).body.items).toMatchObject([
    { state: 'failed', attempts, last_failure: why, event: { type: 'channel.tested' } },
  ]);
});

test('channels are made once a key, changed at their version, removed, and only by an admin', async () => {
  const { ask, channels, notify, work, due } = world();
  const body = { name: 'on call', target: webhook('https://hooks.example.com/') };
  for (const as of ['viewer', 'operator', 'experimenter'] as const) {
    expect((await ask('POST', '', { body, as })).status).toBe(403);
    expect((await ask('GET', '', { as })).status).toBe(403);
  }
  const first = await ask('POST', '', { body, key: 'key-of-this-test' });
  expect((await ask('POST', '', { body, key: 'key-of-this-test' })).body).toEqual(first.body);
  const { id } = first.body;
  const renamed = { ...body, name: 'day shift' };
  expect((await ask('PUT', `/${id}`, { body: renamed, ifMatch: '"2"' })).status).toBe(412);
  expect(await ask('PUT', `/${id}`, { body: renamed, ifMatch: '"1"' })).toMatchObject({ body: { version: 2 } });
  await notify(failed());
  expect((await ask('DELETE', `/${id}`, { ifMatch: '"2"' })).status).toBe(204);
  expect((await ask('GET', `/${id}`)).status).toBe(404);
  expect(due).toHaveLength(1);
  expect(await work()).toEqual([0]);
  expect(channels.events.map(({ type, seq }) => `${seq} ${type}`)).toEqual([
    '1 channel.created',
    '2 channel.changed',
    '3 channel.removed',
  ]);
});

test('a tenant has at most fifty channels', async () => {
  const { ask } = world();
  const body = { name: 'x', target: webhook('https://hooks.example.com/') };
  for (let nth = 0; nth < MOST_CHANNELS; nth += 1) expect((await ask('POST', '', { body })).status).toBe(201);
  expect(await ask('POST', '', { body })).toMatchObject({ status: 409, body: { code: 'TOO_MANY_CHANNELS' } });
});
