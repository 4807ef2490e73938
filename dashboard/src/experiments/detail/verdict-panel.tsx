import type { Effect, ExperimentView } from '../../../../src/experiments/contract/views.ts';
import { passedChecks } from '../../../../src/experiments/domain/verdict.ts';
import { counted } from '../../../../src/kernel/words.ts';
import { formatCount, formatNumber } from '../../format/numbers.ts';
import { CHECK_WORDS, VERDICT_WORDS } from '../../format/words.ts';
import { GuardrailMarks, VerdictMark, WordMark } from '../../ui/chips.tsx';
import { Estimate } from '../../ui/measure.tsx';
import { Time } from '../../ui/time.tsx';
import { sentenceOf } from './sentence.ts';

/** What was found so far, by the verdict or else by the newest look. */
export const effectsOf = (view: ExperimentView): readonly Effect[] => {
  const seen = view.latestLook?.effects ?? [];
  const decided = view.verdict?.onMeasuredNodes ?? [];
  if (decided.length === 0) return seen;
  // a verdict says whether a limit held; the newest look has the numbers
  return decided.map((effect) => {
    const look = seen.find(({ role, metric }) => role === 'limit' && role === effect.role && metric === effect.metric);
    return look === undefined ? effect : { ...look, verdict: effect.verdict };
  });
};

/** The answer, how far it can be trusted, and what it rests on. */
export const VerdictPanel = ({ view }: { readonly view: ExperimentView }) => {
  const { verdict, latestLook } = view;
  const tone = verdict === null ? 'busy' : VERDICT_WORDS[verdict.verdict].tone;
  return (
    <section className={`verdict verdict-${tone}`} aria-label={verdict === null ? 'What is known so far' : 'Verdict'}>
      <div className="verdict-head">
        {verdict === null ? (
          <span className="quiet">{latestLook === null ? 'No look yet' : 'So far'}</span>
        ) : (
          <>
            <VerdictMark verdict={verdict.verdict} />
            <Trust verdict={verdict} />
          </>
        )}
        {verdict !== null ? (
          <span className="quiet verdict-when">
            decided <Time at={verdict.at} />
          </span>
        ) : latestLook === null ? null : (
          <span className="quiet verdict-when">
            look at slot {latestLook.slot}, <Time at={latestLook.at} />
          </span>
        )}
      </div>
      {view.truth === null ? null : <p className="verdict-sentence">{view.truth}</p>}
      <p className="verdict-sentence">{sentenceOf(view)}</p>
      {view.reason === null || view.reason === sentenceOf(view) ? null : <p className="quiet">{view.reason}</p>}
      {verdict === null || (verdict.explanation.length === 0 && verdict.whatWouldHaveChanged === null) ? null : (
        <details className="verdict-why">
          <summary>Why, and what would have changed it</summary>
          <ul>
            {verdict.explanation.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          {verdict.whatWouldHaveChanged === null ? null : <p>{verdict.whatWouldHaveChanged}</p>}
        </details>
      )}
      {verdict === null || verdict.trust.length === 0 ? null : (
        <details className="verdict-why">
          <summary>Can it be trusted? {passedChecks(verdict)}</summary>
          <ul>
            {verdict.trust.map(({ name, outcome, sentence }) => (
              <li key={name}>
                <WordMark word={CHECK_WORDS[outcome]} /> {sentence}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
};

const Trust = ({ verdict }: { readonly verdict: NonNullable<ExperimentView['verdict']> }) => (
  <>
    {verdict.strength === 'screening' ? (
      <span
        className="chip"
        title="Less than one daily cycle (24 h) was measured: enough for a canary, not for a fleet"
      >
        screening
      </span>
    ) : (
      <span className="chip" title="At least one daily cycle (24 h) was measured">
        confirmed
      </span>
    )}
    {verdict.hypotheticalBaseline ? (
      <span
        className="chip"
        title="The baseline is a template, not what runs here today: the saving is against something nobody pays for, so no money is shown"
      >
        hypothetical baseline
      </span>
    ) : null}
  </>
);

/** The numbers beside the sentence: saving, guardrails, evidence, and whether it holds elsewhere. */
export const Facts = ({ view }: { readonly view: ExperimentView }) => {
  const effects = effectsOf(view);
  const primary = effects.find(({ role }) => role === 'primary');
  const guardrails = effects.filter(({ role }) => role === 'guardrail' || role === 'limit');
  const missing = primary?.slotsMissing ?? view.latestLook?.slotsMissing ?? null;
  return (
    <dl className="facts">
      <div>
        <dt>{primary === undefined ? 'Saving' : primary.title}</dt>
        <dd>{primary === undefined ? <span className="quiet">no look yet</span> : <Estimate effect={primary} />}</dd>
      </div>
      <div>
        <dt>Guardrails and limits</dt>
        <dd>
          <GuardrailMarks guardrails={guardrails} />
        </dd>
      </div>
      <div>
        <dt>Evidence</dt>
        <dd className="num">
          {formatCount(view.slotsMeasured)} of {counted(view.slotsPlanned, 'slot')}
          {missing === null || missing === 0 ? '' : `, ${missing} missing`}
          {primary?.effectiveSlots == null ? null : (
            <span
              className="quiet"
              title="Neighbouring slots resemble each other: this many independent ones would say as much"
            >
              , worth {formatNumber(primary.effectiveSlots)} independent
            </span>
          )}
        </dd>
      </div>
      <div>
        <dt>If rolled out</dt>
        <dd>
          <RolledOut view={view} />
        </dd>
      </div>
    </dl>
  );
};

const RolledOut = ({ view }: { readonly view: ExperimentView }) => {
  const primary = view.verdict?.ifRolledOut?.find(({ role }) => role === 'primary');
  const rollOut = view.verdict?.rollOut ?? null;
  const reach =
    rollOut?.measuredNodes == null || rollOut.fleetNodes === null ? null : (
      <span className="quiet">
        {' '}
        {formatCount(rollOut.measuredNodes)} of {counted(rollOut.fleetNodes, 'node')} measured
      </span>
    );
  if (primary !== undefined) {
    return (
      <span title={rollOut?.sentence}>
        <Estimate effect={primary} />
        {reach}
      </span>
    );
  }
  if (view.verdict === null) return <span className="quiet">known at the end</span>;
  if (rollOut?.measuredNodes != null && rollOut.measuredNodes === rollOut.fleetNodes) {
    return <span className="quiet">{rollOut.sentence}</span>;
  }
  return (
    <span className="quiet" title={rollOut?.sentence ?? 'Below five nodes nothing can be said about others'}>
      not known: measure more nodes
      {reach === null ? null : <>,{reach}</>}
    </span>
  );
};
