import { EventEnvelope } from '../../platform/declare/event.ts';
import { toWire } from '../../platform/wire.ts';
import type { Delivery } from '../contract/delivery.ts';

/** What a webhook receives: the event in wire names, and which delivery of which channel it is. */
export const webhookBody = ({ id, channelId, event }: Delivery): string =>
  JSON.stringify({ delivery_id: id, channel_id: channelId, event: toWire(EventEnvelope, event) });

/** What is signed: with the time in it, a delivery that somebody kept is worth nothing later. */
export const signedText = (unixSeconds: number, body: string): string => `${unixSeconds}.${body}`;

export const SIGNATURE_HEADER = 'phoenix-signature';

export const signatureHeader = (unixSeconds: number, hexSignature: string): string =>
  `t=${unixSeconds},v1=${hexSignature}`;

const MARKS = { info: 'ℹ️', warning: '⚠️', error: '❗', critical: '🚨' } as const;

/** A line for people, as Slack and what understands its form show it. */
export const slackBody = ({ event }: Delivery): string => {
  const { type, subject, severity, actor, data } = event;
  const name = typeof data['name'] === 'string' ? `${data['name']} (${subject})` : subject;
  const who = actor.kind === 'user' ? actor.email : actor.id;
  const why = ['reason', 'message'].flatMap((key) => (typeof data[key] === 'string' ? [`: ${data[key]}`] : [])).at(0);
  return JSON.stringify({
    text: escaped(`${MARKS[severity]} ${type} · ${name} · by ${who}${why ?? ''}`).slice(0, 3000),
  });
};

/** Slack reads these three as the beginning of links and mentions. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
