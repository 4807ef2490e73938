import { createHmac } from 'node:crypto';
import { Agent, fetch } from 'undici';
import type { TenantId } from '../../kernel/identity.ts';
import { epochMsOf } from '../../kernel/instant.ts';
import type { Clock } from '../../kernel/ports.ts';
import { type AddressGuard, LeadsInside, publicLookup } from '../../platform/http/address-guard.ts';
import type { Courier } from '../application/channel-ports.ts';
import type { Attempt, Delivery } from '../contract/delivery.ts';
import { SIGNATURE_HEADER, signatureHeader, signedText, slackBody, webhookBody } from './message.ts';

/** Reads a secret of a tenant by its reference; null when there is none that we may read. */
export type TenantSecrets = (tenantId: TenantId, reference: string) => Promise<string | null>;

const PATIENCE_MS = 10_000;

/**
 * Brings notifications by HTTP. Names are resolved to public addresses only, what was checked is what is connected to,
 * redirects are not followed, and nothing of the answer but its status is read.
 */
export const httpCourier = ({
  guard,
  secrets,
  clock,
}: {
  readonly guard: AddressGuard;
  readonly secrets: TenantSecrets;
  readonly clock: Clock;
}): Courier => {
  const outside = new Agent({ connect: { timeout: 3000, lookup: publicLookup } });
  const listed = new Agent({ connect: { timeout: 3000 } });

  const post = async (
    url: URL,
    delivery: Delivery,
    body: string,
    headers: Record<string, string>,
  ): Promise<Attempt> => {
    const allowed = guard.check(url);
    if (!allowed.accepted) return lasting(allowed.refusal.message);
    try {
      const { status, body: answer } = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'phoenix',
          'phoenix-delivery': delivery.id,
          'phoenix-event': delivery.event.type,
          ...headers,
        },
        body,
        dispatcher: allowed.value.isListed ? listed : outside,
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      await answer?.cancel();
      return status >= 200 && status < 300 ? { went: 'well' } : passing(`the receiver answered ${status}`);
    } catch (error) {
      return failureOf(error);
    }
  };

  return {
    bring: async (target, delivery) => {
      const reference = target.kind === 'webhook' ? target.signingSecret : target.urlSecret;
      const secret = await secrets(delivery.tenantId, reference);
      if (secret === null) return passing(`there is no secret ${reference} that we may read`);
      switch (target.kind) {
        case 'webhook': {
          const body = webhookBody(delivery);
          const at = Math.floor(epochMsOf(clock.now()) / 1000);
          const signature = createHmac('sha256', secret).update(signedText(at, body)).digest('hex');
          return post(new URL(target.url), delivery, body, { [SIGNATURE_HEADER]: signatureHeader(at, signature) });
        }
        case 'slack': {
          const url = URL.parse(secret);
          return url === null
            ? lasting(`the secret ${reference} is not an address`)
            : withoutAddress(await post(url, delivery, slackBody(delivery), {}), reference);
        }
      }
    },
  };
};

const passing = (why: string): Attempt => ({ went: 'wrong', why, lasting: false });
const lasting = (why: string): Attempt => ({ went: 'wrong', why, lasting: true });

/** Slack's address is a secret, so no sentence may hold it. */
const withoutAddress = (attempt: Attempt, reference: string): Attempt =>
  attempt.went === 'wrong' && attempt.lasting
    ? lasting(`the address in the secret ${reference} may not be written to: it has to be a public one with https`)
    : attempt;

const failureOf = (error: unknown): Attempt => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof LeadsInside) return lasting('the name leads to a private network');
  if (error instanceof Error && error.name === 'TimeoutError') return passing('no answer within 10 s');
  const code = (cause as { readonly code?: unknown }).code;
  return passing(`the receiver cannot be reached: ${typeof code === 'string' ? code : 'no connection'}`);
};
