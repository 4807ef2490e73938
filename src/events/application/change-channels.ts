import { actorOf, type Principal, shortIdFrom } from '../../kernel/identity.ts';
import { type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Clock, Sha256 } from '../../kernel/ports.ts';
import { draftEvent, eventNamed } from '../../platform/declare/event.ts';
import { type Channel, ChannelId, type ChannelSettings } from '../contract/channel.ts';
import { channelEvents } from '../contract/channel-events.ts';
import { MOST_CHANNELS } from '../contract/channel-routes.ts';
import type { AddressCheck, ChannelStore } from './channel-ports.ts';

export interface ChangeChannelsPorts {
  readonly channels: ChannelStore;
  readonly mayLeadTo: AddressCheck;
  readonly sha256: Sha256;
  readonly clock: Clock;
}

type Stale = Refusal<'precondition-failed'>;
type NotAllowed = Refusal<'address-not-allowed'>;

/** The same key again finds the channel that the first attempt made. */
export const makeCreateChannel =
  ({ channels, mayLeadTo, sha256, clock }: ChangeChannelsPorts) =>
  async (
    caller: Principal,
    settings: ChannelSettings,
    idempotencyKey: string,
  ): Promise<Outcome<Channel, NotAllowed | Stale | Refusal<'too-many-channels'>>> => {
    const allowed = checkTarget(mayLeadTo, settings);
    if (!allowed.accepted) return allowed;
    const known = await channels.list(caller.tenantId);
    const id = ChannelId.parse(`chan-${shortIdFrom(sha256(`${caller.tenantId}/${caller.userId}/${idempotencyKey}`))}`);
    const made = known.find((each) => each.id === id);
    if (made !== undefined) return { accepted: true, value: made };
    if (known.length >= MOST_CHANNELS) {
      return refuse(
        'too-many-channels',
        `there are ${known.length} channels, at most ${MOST_CHANNELS}; remove one first`,
        {
          limit: MOST_CHANNELS,
        },
      );
    }
    const now = clock.now();
    const channel: Channel = { id, tenantId: caller.tenantId, version: 1, settings, createdAt: now, updatedAt: now };
    return channels.commit(channel, 0, [said('channel.created', channel)], actorOf(caller));
  };

export const makeChangeChannel =
  ({ channels, mayLeadTo, clock }: ChangeChannelsPorts) =>
  async (
    caller: Principal,
    channel: Channel,
    settings: ChannelSettings,
    version: number,
  ): Promise<Outcome<Channel, NotAllowed | Stale>> => {
    const allowed = checkTarget(mayLeadTo, settings);
    if (!allowed.accepted) return allowed;
    const next = { ...channel, settings, version: version + 1, updatedAt: clock.now() };
    return channels.commit(next, version, [said('channel.changed', next)], actorOf(caller));
  };

export const makeRemoveChannel =
  ({ channels }: Pick<ChangeChannelsPorts, 'channels'>) =>
  (caller: Principal, channel: Channel, version: number): Promise<Outcome<undefined, Stale>> =>
    channels.remove({ ...channel, version }, [said('channel.removed', channel)], actorOf(caller));

export const said = (type: (typeof channelEvents)[number]['type'], { id, settings }: Channel) =>
  draftEvent(eventNamed(channelEvents, type), { channelId: id, name: settings.name });

/** Whoever makes a channel must not be able to point us at our own network. */
const checkTarget = (mayLeadTo: AddressCheck, { target }: ChannelSettings): Outcome<unknown, NotAllowed> =>
  target.kind === 'webhook' ? mayLeadTo(new URL(target.url)) : { accepted: true, value: undefined };
