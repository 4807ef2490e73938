import { useEffect, useState } from 'react';
import { Icon } from './icon.tsx';
import { ScrollRegion } from './scroll-region.tsx';

/** Copies and says so for a moment. */
const useCopy = (): readonly [boolean, (text: string) => void] => {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return [isCopied, (text) => void navigator.clipboard.writeText(text).then(() => setCopied(true))];
};

/** An id or a hash: shown as it is or shortened, copied whole. */
export const Copyable = ({ text, shown = text }: { readonly text: string; readonly shown?: string }) => {
  const [isCopied, copy] = useCopy();
  return (
    <button type="button" className="copyable" title={`${text} – copy`} onClick={() => copy(text)}>
      <code>{shown}</code>
      <Icon name={isCopied ? 'check' : 'copy'} />
      <span className="only-read" role="status">
        {isCopied ? 'copied' : ''}
      </span>
    </button>
  );
};

/** A text to read and to take along: settings, queries, commands. */
export const CodeBlock = ({ text, label }: { readonly text: string; readonly label: string }) => {
  const [isCopied, copy] = useCopy();
  return (
    <figure className="code-block">
      <button type="button" className="button button-quiet code-copy" onClick={() => copy(text)}>
        <Icon name={isCopied ? 'check' : 'copy'} /> {isCopied ? 'Copied' : 'Copy'}
      </button>
      <ScrollRegion className="code-text" label={label}>
        <pre>
          <code>{text}</code>
        </pre>
      </ScrollRegion>
    </figure>
  );
};
