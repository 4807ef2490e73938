import type { EventPage } from '../events/contract/routes.ts';
import type { Pauses } from '../kernel/ports.ts';
import type { Client } from './client.ts';
import { ApiProblem } from './problem.ts';

export interface FollowEvents {
  /** asked anew for each page, so that a token can be renewed */
  readonly client: () => Promise<Pick<Client, 'listEvents'>>;
  readonly pauses: Pauses;
  /** id of the last event that is known; now, when absent */
  readonly after?: string | undefined;
  readonly types?: string | undefined;
  readonly source?: string | undefined;
  readonly subject?: string | undefined;
  readonly limit?: number;
  /** the API waits so long for something to tell (long polling); 0 when absent */
  readonly waitSeconds?: number;
  /** between an empty answer and the next question; nothing when absent, because the API has waited */
  readonly idleMs?: number;
  readonly signal?: AbortSignal;
  /** told of each question that failed and will be asked again */
  readonly onTrouble?: (failure: unknown) => void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/**
 * What happens from now on, or from a position on, page by page and without end. The position moves only with a page
 * that has arrived, so whatever is lost on the way is asked for again: no event is missed, and none comes twice. A
 * reader that ends goes on later from `metadata.after` of its last page. A refusal that asking again cannot help ends it.
 */
export async function* followEvents(request: FollowEvents): AsyncGenerator<EventPage, void, undefined> {
  const { pauses, signal, types, source, subject, limit, waitSeconds, idleMs = 0 } = request;
  let after = request.after;
  let failedInARow = 0;
  while (signal?.aborted !== true) {
    const page = await askFor({ types, source, subject, limit, waitSeconds, after }, request);
    if (page === 'ended') return;
    if (page === 'failed') {
      await pauses.upTo(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failedInARow));
      failedInARow += 1;
      continue;
    }
    failedInARow = 0;
    after = page.metadata.after;
    yield page;
    if (page.items.length === 0 && idleMs > 0) await pauses.exactly(idleMs);
  }
}

type Query = Pick<FollowEvents, 'types' | 'source' | 'subject' | 'after'> & {
  readonly limit: number | undefined;
  readonly waitSeconds: number | undefined;
};

const askFor = async (
  query: Query,
  { client, signal, onTrouble }: FollowEvents,
): Promise<EventPage | 'failed' | 'ended'> => {
  try {
    const { listEvents } = await client();
    return (await listEvents({ query, ...(signal === undefined ? {} : { signal }) })).body;
  } catch (failure) {
    if (signal?.aborted === true) return 'ended';
    if (failure instanceof ApiProblem && !mayPass(failure)) throw failure;
    onTrouble?.(failure);
    return 'failed';
  }
};

const mayPass = ({ status }: ApiProblem): boolean => status >= 500 || status === 429;
