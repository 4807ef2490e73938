import { lineDiff } from './line-diff.ts';
import { ScrollRegion } from './scroll-region.tsx';

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
    <ScrollRegion className="diff" label={`Difference from ${beforeName} to ${afterName}`}>
      <pre>
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
    </ScrollRegion>
  );
};
