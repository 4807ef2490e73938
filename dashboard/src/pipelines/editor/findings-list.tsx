import { counted } from '../../../../src/kernel/words.ts';
import { countsOf, type Finding } from '../../../../src/pipelines/domain/validation/finding.ts';
import type { Word } from '../../format/words.ts';
import { WordMark } from '../../ui/chips.tsx';
import { ToneIcon } from '../../ui/icon.tsx';

/** How many there are, in a word with its tone. */
export const findingsWord = ({ errors, warnings }: { readonly errors: number; readonly warnings: number }): Word => {
  if (errors > 0) {
    const also = warnings > 0 ? `, ${counted(warnings, 'warning')}` : '';
    return { word: `${counted(errors, 'error')}${also}`, tone: 'bad' };
  }
  return warnings > 0
    ? { word: counted(warnings, 'warning'), tone: 'unclear' }
    : { word: 'nothing found', tone: 'good' };
};

/** Every finding with its place, what is wrong and what would work; choosing one puts the caret there. */
export const FindingsList = ({
  findings,
  onGo,
}: {
  readonly findings: readonly Finding[];
  readonly onGo: (finding: Finding) => void;
}) => (
  <section className="editor-findings" aria-label="Findings">
    <div className="panel-head">
      <h3>Findings</h3>
      <span role="status">
        <WordMark word={findingsWord(countsOf(findings))} />
      </span>
    </div>
    {findings.length === 0 ? (
      <p className="quiet">
        Text, substitutions, components and the graph are checked as you type. The collector itself has the last word
        when an experiment starts.
      </p>
    ) : (
      <ol>
        {findings.slice(0, MOST_SHOWN).map((finding) => (
          <li key={`${finding.pointer} ${finding.rule} ${finding.line} ${finding.column} ${finding.message}`}>
            <button type="button" onClick={() => onGo(finding)}>
              <ToneIcon tone={finding.severity === 'error' ? 'bad' : 'unclear'} />
              <span className="num quiet">
                {finding.line}:{finding.column}
              </span>
              <span>
                <span className="only-read">{finding.severity}: </span>
                {finding.message}
                <span className="quiet"> · {finding.fix}</span>
              </span>
            </button>
          </li>
        ))}
      </ol>
    )}
    {findings.length > MOST_SHOWN ? (
      <p className="quiet">… and {counted(findings.length - MOST_SHOWN, 'more finding', 'more findings')}</p>
    ) : null}
  </section>
);

/** More than that nobody reads at once. */
const MOST_SHOWN = 50;
