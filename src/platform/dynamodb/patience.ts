import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Pauses } from '../../kernel/ports.ts';
import { ServiceFailure } from '../failure.ts';

/** What is known of the attempts before this one. */
export interface Tried {
  readonly attempts: number;
  /** an answer was lost: an earlier attempt may have succeeded */
  readonly isUncertain: boolean;
}

const MOST_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 50;

/**
 * Tries again what only collided, was throttled or lost its answer: at most 5 times with full jitter, pauses of 750 ms
 * in total at most. Then a `ServiceFailure`; everything else is thrown as it came. With `repeatsLost: false` a lost answer
 * ends it: for work that must not be done twice.
 */
export const tryPatiently = async <T>(
  service: string,
  pauses: Pauses,
  attempt: (tried: Tried) => Promise<T>,
  { repeatsLost = true }: { readonly repeatsLost?: boolean } = {},
): Promise<T> => {
  let isUncertain = false;
  for (let attempts = 0; ; attempts += 1) {
    try {
      return await attempt({ attempts, isUncertain });
    } catch (error) {
      const kind = kindOf(error);
      if (kind === 'ours') throw error;
      isUncertain ||= kind === 'lost';
      if (attempts + 1 >= MOST_ATTEMPTS || (kind === 'lost' && !repeatsLost)) {
        throw new ServiceFailure(kind === 'lost' ? 'service-unavailable' : 'throttled', service, error);
      }
      await pauses.upTo(FIRST_PAUSE_MS * 2 ** attempts);
    }
  }
};

/** The writes of a cancelled transaction whose condition did not hold; null when it was not cancelled for that. */
export const cancellationOf = (
  error: unknown,
): readonly { readonly index: number; readonly item: Record<string, AttributeValue> | null }[] | null => {
  const failed = reasonsOf(error).flatMap(({ Code: code, Item: item }, index) =>
    code === 'ConditionalCheckFailed' ? [{ index, item: item ?? null }] : [],
  );
  return failed.length === 0 ? null : failed;
};

interface Reason {
  readonly Code?: string;
  readonly Item?: Record<string, AttributeValue>;
}

const reasonsOf = (error: unknown): readonly Reason[] =>
  error instanceof Error && error.name === 'TransactionCanceledException'
    ? ((error as Error & { readonly CancellationReasons?: readonly Reason[] }).CancellationReasons ?? [])
    : [];

/** `collided`: nothing was done; `lost`: perhaps it was; `ours`: asking again cannot help. */
const kindOf = (error: unknown): 'collided' | 'lost' | 'ours' => {
  if (!(error instanceof Error)) return 'ours';
  if (COLLISIONS.has(error.name)) return 'collided';
  const codes = reasonsOf(error).map(({ Code: code }) => code);
  if (codes.some((code) => code !== undefined && REASONS_TO_RETRY.has(code))) return 'collided';
  const { $metadata: metadata, code } = error as Error & {
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly code?: string;
  };
  const wasLost = (metadata?.httpStatusCode ?? 0) >= 500 || LOST.has(error.name) || LOST.has(code ?? '');
  return wasLost ? 'lost' : 'ours';
};

const COLLISIONS = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TransactionConflictException',
  'TransactionInProgressException',
]);
const REASONS_TO_RETRY = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);
const LOST = new Set([
  'TimeoutError',
  'InternalServerError',
  'ServiceUnavailable',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
]);
