import type { NeededTime } from '../src/experiments/contract/plan.ts';
import type { ExperimentVerdict } from '../src/experiments/contract/views.ts';

/** What the shell learns; the same table is in docs/cli.md. */
export const EXIT = {
  done: 0,
  unexpected: 1,
  findings: 1,
  invalid: 2,
  notAllowed: 3,
  notFound: 4,
  conflict: 5,
  unavailable: 6,
  rejected: 10,
  inconclusive: 11,
  aborted: 12,
  invalidExperiment: 13,
  infrastructure: 14,
  cancelled: 15,
} as const;

/** Code of a problem answered by the API. */
export const exitCodeOfStatus = (status: number): number => {
  if (status === 401 || status === 403) return EXIT.notAllowed;
  if (status === 404) return EXIT.notFound;
  if (status === 409 || status === 412 || status === 423 || status === 428) return EXIT.conflict;
  if (status === 429 || status >= 500) return EXIT.unavailable;
  return EXIT.invalid;
};

const BY_VERDICT: Readonly<Record<ExperimentVerdict, number>> = {
  promote: EXIT.done,
  reject_no_benefit: EXIT.rejected,
  inconclusive_underpowered: EXIT.inconclusive,
  inconclusive_conflict: EXIT.inconclusive,
  inconclusive_no_data: EXIT.inconclusive,
  abort_harm: EXIT.aborted,
  abort_limit: EXIT.aborted,
  invalid_input_mismatch: EXIT.invalidExperiment,
  invalid_setup: EXIT.invalidExperiment,
  error_infrastructure: EXIT.infrastructure,
  cancelled: EXIT.cancelled,
};

/** A duration that is not enough ends as what it would most likely lead to. */
export const exitCodeOfPlan = ({ enough }: Pick<NeededTime, 'enough'>): number =>
  enough ? EXIT.done : EXIT.inconclusive;

/** Code of an experiment that was waited for; no verdict at its end is an infrastructure error. */
export const exitCodeOfVerdict = (verdict: ExperimentVerdict | null): number =>
  verdict === null ? EXIT.infrastructure : BY_VERDICT[verdict];
