import { ApiException } from '@kubernetes/client-node';
import { refuse } from '../../kernel/outcome.ts';
import type { ClusterFailure } from '../application/ports.ts';

/** Carries a refusal through code that waits for answers; ends at the border of the connection. */
export class RefusedByCluster extends Error {
  readonly refusal: ClusterFailure;
  constructor(refusal: ClusterFailure) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** The HTTP status of a failed call; null when no answer came. */
export const statusOf = (error: unknown): number | null => (error instanceof ApiException ? error.code : null);

const messageOf = (error: unknown): string => {
  if (error instanceof ApiException) return serverMessage(error.body) ?? `HTTP ${error.code}`;
  if (!(error instanceof Error)) return String(error);
  // undici says "fetch failed" and keeps the reason in the cause
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
};

/** The server's own sentence. The client hands some bodies over as text, others parsed. */
const serverMessage = (body: unknown): string | null => {
  const status: unknown = typeof body === 'string' && body.startsWith('{') ? JSON.parse(body) : body;
  if (typeof status === 'object' && status !== null && 'message' in status && typeof status.message === 'string') {
    return status.message;
  }
  return typeof body === 'string' && body !== '' ? body.slice(0, 300) : null;
};

/** A misspelt field in a server-side apply is answered with 500 and this sentence, though asking again never helps. */
const isTypedPatchRefused = (error: unknown): boolean =>
  statusOf(error) === 500 && /failed to create typed patch object|field not declared in schema/.test(messageOf(error));

/** Whether asking again can help, and how long the server asks us to wait. */
export const retryAdvice = (error: unknown): { readonly afterMs: number | null } | null => {
  if (error instanceof RefusedByCluster || isTypedPatchRefused(error)) return null;
  const status = statusOf(error);
  if (status === null) return isOfTheNetwork(error) ? { afterMs: null } : null;
  if (status === 429) return { afterMs: retryAfterMs(error) };
  return status >= 500 ? { afterMs: null } : null;
};

const retryAfterMs = (error: unknown): number | null => {
  const seconds = error instanceof ApiException ? Number(error.headers['retry-after']) : Number.NaN;
  return Number.isFinite(seconds) ? Math.min(seconds, 30) * 1000 : null;
};

/** fetch reports every failure of the network as a TypeError; our own mistakes have no cause. */
const isOfTheNetwork = (error: unknown): boolean => error instanceof TypeError && error.cause instanceof Error;

/** Says a vendor's failure in our words. What is no failure of a cluster is thrown on: it is ours. */
export const failureOf = (error: unknown): ClusterFailure => {
  if (error instanceof RefusedByCluster) return error.refusal;
  const status = statusOf(error);
  if (status === null && !isOfTheNetwork(error)) throw error;
  const said = messageOf(error);
  const facts = { status, said };
  if (status === 401)
    return refuse('cluster-unauthorized', `the cluster does not accept our token: ${said}`, facts).refusal;
  if (/namespaces? "[^"]*" not found|because it is being terminated/.test(said)) {
    return refuse('cluster-namespace-missing', `${said}; create it with the onboarding manifest`, facts).refusal;
  }
  if (status === 403) return refuse('cluster-forbidden', said, facts).refusal;
  if (status === 409) return refuse('cluster-conflict', said, facts).refusal;
  if (status === 400 || status === 404 || status === 422 || isTypedPatchRefused(error)) {
    return refuse('cluster-rejected-object', said, facts).refusal;
  }
  const what = status === null ? 'does not answer' : 'is not able to answer';
  return refuse('cluster-unreachable', `the cluster ${what}: ${said}`, facts).refusal;
};
