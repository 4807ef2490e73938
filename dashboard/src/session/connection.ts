import { makeStore } from './store.ts';

/** Whether the API answers: since when it does not, and how old the newest answer is. */
export interface Connection {
  readonly answeredAtMs: number | null;
  readonly lostAtMs: number | null;
}

export const connection = makeStore<Connection>({ answeredAtMs: null, lostAtMs: null });

/** Every answer of the API has it; those of a gateway in front of a dead one do not. */
const FROM_THE_API = 'x-request-id';

/** `fetch` that keeps an eye on whether anybody answers. A refusal is an answer; a dead gateway is none. */
export const connectedFetch: typeof fetch = async (input, init) => {
  try {
    const response = await fetch(input, init);
    if (response.status >= 502 && response.status <= 504 && !response.headers.has(FROM_THE_API)) lose();
    else connection.set({ answeredAtMs: Date.now(), lostAtMs: null });
    return response;
  } catch (failure) {
    if (!(failure instanceof DOMException && failure.name === 'AbortError')) lose();
    throw failure;
  }
};

const lose = (): void => {
  const { answeredAtMs, lostAtMs } = connection.get();
  connection.set({ answeredAtMs, lostAtMs: lostAtMs ?? Date.now() });
};
