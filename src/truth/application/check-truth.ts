import { describeDuration } from '../../kernel/duration.ts';
import { epochMsOf, fromEpochMs, type Instant, secondsAfter, secondsBetween } from '../../kernel/instant.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import { shortened } from '../../kernel/words.ts';
import type { Series } from '../../measurement/domain/answers.ts';
import { writtenNamesQuery } from '../../measurement/domain/queries.ts';
import type { Variant } from '../../measurement/domain/sample.ts';
import { compare, INSTANTS_PER_SLOT, toleranceFor } from '../domain/compare.ts';
import { type Curves, withAnswers } from '../domain/curves.ts';
import { prepare, type Question, queryFor, standingOf } from '../domain/question.ts';
import { beginning, type CheckState, type TruthState } from '../domain/state.ts';
import type { CurveSource, RuleSetStore, TruthRef, TruthStore } from './ports.ts';

export interface CheckTruth {
  readonly ref: TruthRef;
  readonly slotsFrom: Instant;
  /** the warm-up is over: nothing before is compared */
  readonly measuredFrom: Instant;
  /** the last planned slot ends */
  readonly endsAt: Instant;
  readonly slotSeconds: number;
  readonly collectionIntervalSeconds: number;
  readonly settleSeconds: number;
  /** one of each cluster */
  readonly sources: readonly CurveSource[];
}

interface Ports {
  readonly ruleSets: RuleSetStore;
  readonly truths: TruthStore;
  readonly clock: Clock;
}

/** What one look costs a store at most; a check is asked once in a look, about all instants since it was asked before. */
export const CHECKS_PER_LOOK = 120;
const QUERIES_AT_ONCE = 4;
/** A look has a minute for everything; no new query begins after this. */
const LOOK_SECONDS = 20;
const MOST_INSTANTS = 240;
const MOST_SERIES = 500;
/** Of one check: more is more than an item holds, and the oldest are let go of. */
const MOST_VALUES = 40_000;
const NAMES_EVERY_SECONDS = 600;

/**
 * Asks the checks that are due about both variants and keeps what they came to. Safe to repeat and to run twice at once:
 * who saves second saves nothing, and asks again at its next look.
 */
export const makeCheckTruth = ({ ruleSets, truths, clock }: Ports) => {
  const begin = async (ref: TruthRef): Promise<TruthState> => {
    const sets = await ruleSets.list(ref.tenantId);
    return beginning(sets, await checksOf(ref, sets));
  };
  const checksOf = async ({ tenantId }: TruthRef, sets: readonly TruthState['sets'][number][]) =>
    (await Promise.all(sets.map(({ name, digest }) => ruleSets.checks(tenantId, name, digest)))).flatMap(
      (checks) => checks ?? [],
    );

  return async (request: CheckTruth): Promise<{ readonly asked: number }> => {
    const { ref, slotSeconds } = request;
    const now = clock.now();
    const begun = (await truths.load(ref)) ?? (await begin(ref));
    if (begun.isComplete) return { asked: 0 };

    const named = await withNames(begun, request, now);
    const preparedById = new Map(
      prepare(await checksOf(ref, named.sets)).map((each) => [
        'question' in each ? each.question.check.id : each.check.id,
        each,
      ]),
    );
    const standing = named.checks.map((check) =>
      withStanding(check, preparedById.get(check.id), named.written, request),
    );
    const due = standing
      .flatMap((check) => {
        const prepared = preparedById.get(check.id);
        if (!check.isAsked || prepared === undefined || !('question' in prepared)) return [];
        const count = Math.min(MOST_INSTANTS, instantsUntil(prepared.question, request, now) - check.answered);
        return count > 0 ? [{ check, question: prepared.question, count }] : [];
      })
      .toSorted((one, other) => one.check.answered - other.check.answered)
      .slice(0, CHECKS_PER_LOOK);

    const answered = new Map<string, CheckState>();
    const waiting = [...due];
    const mayGoOn = (): boolean => secondsBetween(now, clock.now()) < LOOK_SECONDS;
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined && mayGoOn(); next = waiting.shift()) {
        const done = await answer(next, request);
        if (done !== null) answered.set(done.id, done);
      }
    };
    await Promise.all(Array.from({ length: QUERIES_AT_ONCE }, work));

    const isOver = now >= secondsAfter(request.endsAt, request.settleSeconds);
    const checks = standing.map((check) => {
      const newest = answered.get(check.id) ?? check;
      const prepared = preparedById.get(check.id);
      const isLast = isOver && (prepared === undefined || isAnswered(newest, prepared, request));
      return isLast && newest.isAsked && newest.status === 'pending'
        ? { ...newest, status: 'not_evaluable' as const }
        : newest;
    });
    const isComplete = isOver && checks.every((check) => isAnswered(check, preparedById.get(check.id), request));
    await truths.save(ref, { ...named, version: named.version + 1, checks, isComplete });
    return { asked: answered.size };

    async function answer(
      { check, question, count }: (typeof due)[number],
      { sources }: CheckTruth,
    ): Promise<CheckState | null> {
      const firstMs = firstInstantMs(question, request);
      const stepMs = (slotSeconds * 1000) / INSTANTS_PER_SLOT;
      const instantsFrom = (ms: number): number => Math.round((ms - firstMs) / stepMs);
      const before: Curves = (await truths.curves(ref, check.id)) ?? {
        ...{ fromMs: firstMs, stepMs, instants: 0, parts: question.parts.map(() => []) },
      };
      const from = before.fromMs + before.instants * stepMs;
      // curves may be ahead of the state, which is saved after them: then nothing is left to ask
      const unasked = Math.min(MOST_INSTANTS, Math.max(0, check.answered + count - instantsFrom(from)));
      const asked = await askInPieces(unasked, (instants) =>
        askBoth(question, ref, sources, {
          from: fromEpochMs(from),
          to: fromEpochMs(from + (instants - 1) * stepMs),
          stepSeconds: stepMs / 1000,
        }),
      );
      if (!asked.accepted) {
        const { code, message, facts } = asked.refusal;
        if (code !== 'cannot-be-asked' && code !== 'too-much-at-once') return null;
        return {
          ...check,
          isAsked: false,
          status: code === 'cannot-be-asked' && facts['variant'] === 'candidate' ? 'lost' : 'not_evaluable',
          sentence: message,
          since: fromEpochMs(from),
        };
      }
      const { series, instants } = asked.value;
      const curves = withAnswers(before, {
        series,
        instants,
        aboutCollector: question.parts.map(({ isAboutCollector }) => isAboutCollector),
      });
      const widest = Math.max(0, ...curves.parts.map(({ length }) => length));
      if (widest > MOST_SERIES) {
        return {
          ...check,
          isAsked: false,
          status: 'not_evaluable',
          sentence: `its answer has ${widest} series; ${MOST_SERIES} are compared at most, so aggregate it`,
          since: null,
        };
      }
      const found = compare(question, curves, toleranceFor(question, request, null), request);
      if (instants > 0) await truths.saveCurves(ref, check.id, shortenedCurves(curves));
      return {
        ...check,
        answered: instantsFrom(from) + instants,
        ...(isFound(check) && curves.fromMs > firstMs ? {} : found),
      };
    }
  };

  async function withNames(state: TruthState, request: CheckTruth, now: Instant): Promise<TruthState> {
    if (state.writtenAt !== null && secondsBetween(state.writtenAt, now) < NAMES_EVERY_SECONDS) return state;
    const at = secondsAfter(now, -request.settleSeconds);
    const seconds = Math.max(request.slotSeconds, 2 * request.collectionIntervalSeconds);
    const answers = await Promise.all(
      request.sources.map((source) =>
        source.range({ promql: writtenNamesQuery(request.ref, seconds), from: at, to: at, stepSeconds: seconds }),
      ),
    );
    if (answers.some((each) => !each.accepted)) return state;
    const names = answers.flatMap((each) =>
      each.accepted ? each.value.series.map(({ labels }) => labels['__name__'] ?? '') : [],
    );
    return {
      ...state,
      written: [...new Set([...state.written, ...names])].filter((name) => name !== '').toSorted(),
      writtenAt: now,
    };
  }
};

type Prepared = ReturnType<typeof prepare>[number];

const isFound = ({ status }: CheckState): boolean =>
  status === 'lost' || status === 'differs' || status === 'changed_labels';

/** Everything that will ever be answered to it is. */
const isAnswered = ({ isAsked, answered }: CheckState, prepared: Prepared | undefined, request: CheckTruth): boolean =>
  !isAsked ||
  prepared === undefined ||
  !('question' in prepared) ||
  answered >= instantsUntil(prepared.question, request, secondsAfter(request.endsAt, request.settleSeconds));

/** What a check is to these variants, as far as their names tell. */
const withStanding = (
  check: CheckState,
  prepared: Prepared | undefined,
  written: readonly string[],
  { collectionIntervalSeconds }: CheckTruth,
): CheckState => {
  if (check.isAsked || check.status === 'not_evaluable' || check.status === 'lost') return check;
  const notEvaluable = (sentence: string): CheckState => ({ ...check, status: 'not_evaluable', sentence, since: null });
  if (prepared === undefined) return notEvaluable('its revision is not in the store any more');
  if (!('question' in prepared)) return notEvaluable(prepared.why);
  if (written.length === 0) return check;
  const { asked, why } = standingOf(prepared.question, written);
  if (why !== null) return notEvaluable(why);
  const back = prepared.question.secondsBack + collectionIntervalSeconds;
  return asked
    ? { ...check, isAsked: true, sentence: `it reads ${describeDuration(back)} back, and so much is not measured yet` }
    : { ...check, sentence: 'it reads nothing that these pipelines write' };
};

/** All windows are filled from here on: before, both would be compared by when they started. */
const firstInstantMs = (
  { secondsBack }: Question,
  { slotsFrom, measuredFrom, slotSeconds, collectionIntervalSeconds }: CheckTruth,
): number => {
  const stepMs = (slotSeconds * 1000) / INSTANTS_PER_SLOT;
  const filledMs = epochMsOf(slotsFrom) + (secondsBack === 0 ? 0 : secondsBack + collectionIntervalSeconds) * 1000;
  const late = Math.max(0, filledMs - epochMsOf(measuredFrom));
  return epochMsOf(measuredFrom) + (Math.ceil(late / stepMs) + 1) * stepMs;
};

/** How many instants of a check have settled by now. */
const instantsUntil = (question: Question, request: CheckTruth, now: Instant): number => {
  const stepMs = (request.slotSeconds * 1000) / INSTANTS_PER_SLOT;
  const lastMs = Math.min(epochMsOf(request.endsAt), epochMsOf(now) - request.settleSeconds * 1000);
  return Math.floor((lastMs - firstInstantMs(question, request)) / stepMs) + 1;
};

/** What is too much for the store at once is asked again about half the time. */
const askInPieces = async (
  instants: number,
  ask: (instants: number) => Promise<Outcome<readonly Series[], Refusal>>,
): Promise<Outcome<{ readonly series: readonly Series[]; readonly instants: number }, Refusal>> => {
  if (instants === 0) return accept({ series: [], instants });
  const asked = await ask(instants);
  if (asked.accepted) return accept({ series: asked.value, instants });
  return asked.refusal.code === 'too-much-at-once' && instants > 1 ? askInPieces(Math.ceil(instants / 2), ask) : asked;
};

/** One query for both; only where it is refused is each asked alone, to tell whose fault it is. */
const askBoth = async (
  question: Question,
  ref: TruthRef,
  sources: readonly CurveSource[],
  range: { readonly from: Instant; readonly to: Instant; readonly stepSeconds: number },
): Promise<Outcome<readonly Series[], Refusal>> => {
  const series: Series[] = [];
  for (const [index, source] of sources.entries()) {
    const both = await source.range({ promql: queryFor(question, ref), ...range });
    if (both.accepted) {
      series.push(
        ...both.value.series.map((each) =>
          index === 0 ? each : { ...each, labels: { ...each.labels, phx_store: String(index + 1) } },
        ),
      );
      continue;
    }
    if (both.refusal.code !== 'metrics-query-refused') return both;
    if (both.refusal.facts['tooMuch'] === true) return refuse('too-much-at-once', shortened(both.refusal.message), {});
    for (const variant of ['baseline', 'candidate'] as const satisfies readonly Variant[]) {
      const alone = await source.range({ promql: queryFor(question, ref, [variant]), ...range });
      if (alone.accepted) continue;
      // whatever may pass says nothing about the query
      if (alone.refusal.code !== 'metrics-query-refused') return alone;
      if (alone.refusal.facts['tooMuch'] !== true) {
        return refuse('cannot-be-asked', `about the ${variant} alone ${shortened(alone.refusal.message)}`, { variant });
      }
    }
    return refuse('cannot-be-asked', shortened(both.refusal.message), {});
  }
  return accept(series);
};

const shortenedCurves = (curves: Curves): Curves => {
  const values = curves.instants * curves.parts.flat().length * 2;
  if (values <= MOST_VALUES) return curves;
  const left = Math.ceil(curves.instants * (1 - MOST_VALUES / values / 1.25));
  return {
    ...curves,
    fromMs: curves.fromMs + left * curves.stepMs,
    instants: curves.instants - left,
    parts: curves.parts.map((part) =>
      part.map(({ labels, baseline, candidate }) => ({
        labels,
        baseline: baseline.slice(left),
        candidate: candidate.slice(left),
      })),
    ),
  };
};
