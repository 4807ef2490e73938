import { lineDiff } from './line-diff.ts';

const SIGN = { same: ' ', removed: '−', added: '+' } as const;
const WORD = { same: '', removed: 'removed: ', added: 'added: ' } as const;

/** Two texts as one, with what goes and what comes; signs tell it without colour. */
export const Diff = ({
  before,
  after,
  beforeName,
  afterName,
}: {
  readonly before: string;
  readonly after: string;
  readonly beforeName: string;
  readonly afterName: string;
}) => {
  const lines = lineDiff(before, after);
  if (lines.every(({ kind }) => kind === 'same')) return <p className="quiet">Both are the same, byte for byte.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
    <pre className="diff" tabIndex={0} role="region" aria-label={`Difference from ${beforeName} to ${afterName}`}>
      {lines.map(({ kind, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
        <span key={index} className={`diff-line diff-${kind}`}>
          <span className="diff-sign" aria-hidden="true">
            {SIGN[kind]}
          </span>
          <span className="only-read">{WORD[kind]}</span>
          {text}
          {'\n'}
        </span>
      ))}
    </pre>
  );
};
