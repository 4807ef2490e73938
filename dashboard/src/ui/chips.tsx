import type { Effect, ExperimentVerdict } from '../../../src/experiments/contract/views.ts';
import type { State } from '../../../src/experiments/domain/vocabulary.ts';
import { formatBounds, formatOnScale } from '../format/numbers.ts';
import { FINDING_WORDS, STATE_WORDS, VERDICT_WORDS, type Word } from '../format/words.ts';
import { ToneIcon } from './icon.tsx';

/** An icon and a word: readable without colour. */
export const WordMark = ({ word: { word, tone } }: { readonly word: Word }) => (
  <span className={`word-mark tone-text-${tone}`}>
    <ToneIcon tone={tone} />
    {word}
  </span>
);

export const VerdictMark = ({ verdict }: { readonly verdict: ExperimentVerdict }) => (
  <WordMark word={VERDICT_WORDS[verdict]} />
);

export const FindingMark = ({ finding }: { readonly finding: Effect['verdict'] }) => (
  <WordMark word={FINDING_WORDS[finding]} />
);

/** Where it is, and how far when that is known. */
export const StateChip = ({
  state,
  done,
  planned,
  isPast = false,
}: {
  readonly state: State;
  readonly done?: number;
  readonly planned?: number;
  /** it was there and went on: nothing is busy any more */
  readonly isPast?: boolean;
}) => {
  const { word, tone: toneNow } = STATE_WORDS[state];
  const tone = isPast ? 'neutral' : toneNow;
  const isCounting = state === 'running' && planned !== undefined && planned > 0 && done !== undefined;
  return (
    <span className={`chip chip-${tone}`}>
      <ToneIcon tone={tone} />
      {word}
      {isCounting ? (
        <>
          <span className="num chip-count">
            {done}/{planned}
          </span>
          <progress value={done} max={planned} aria-label={`${done} of ${planned} slots measured`} />
        </>
      ) : null}
    </span>
  );
};

/** One mark per guardrail, in the order of the criteria; the word and the numbers on hover. */
export const GuardrailMarks = ({ guardrails }: { readonly guardrails: readonly Effect[] }) =>
  guardrails.length === 0 ? (
    <span className="quiet">–</span>
  ) : (
    <ul className="marks">
      {guardrails.map((effect) => {
        const { word, tone } = FINDING_WORDS[effect.verdict];
        const numbers =
          effect.effect === null
            ? ''
            : `, ${formatOnScale(effect.effect, effect)} (${formatBounds(effect) || 'no interval'})`;
        const text = `${effect.title}: ${word}${numbers}`;
        return (
          <li key={effect.metric} title={text}>
            <ToneIcon tone={tone} />
            <span className="only-read">{text}</span>
          </li>
        );
      })}
    </ul>
  );
