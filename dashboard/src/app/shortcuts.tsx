import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

const KEYS = [
  ['/', 'search in what the page shows'],
  ['g e', 'experiments'],
  ['g p', 'pipelines'],
  ['g t', 'templates'],
  ['g o', 'costs'],
  ['g c', 'clusters'],
  ['g a', 'audit'],
  ['n', 'new experiment'],
  ['?', 'this list'],
  ['Esc', 'close, leave a field'],
] as const;

const PAGE_BY_KEY: Readonly<
  Record<string, '/experiments' | '/pipelines' | '/templates' | '/costs' | '/clusters' | '/audit'>
> = {
  e: '/experiments',
  p: '/pipelines',
  t: '/templates',
  o: '/costs',
  c: '/clusters',
  a: '/audit',
};

/** A second key counts when it follows this soon. */
const CHORD_MS = 1200;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Keys for people who do not want to reach for the mouse; silent while somebody types or a dialog is open. */
export const Shortcuts = () => {
  const navigate = useNavigate();
  const [isHelpOpen, setHelpOpen] = useState(false);

  useEffect(() => {
    let goPressedAt = 0;
    const listen = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target)) {
        if (event.key === 'Escape' && event.target instanceof HTMLElement) event.target.blur();
        return;
      }
      if (document.querySelector('dialog[open]') !== null) return;
      const isChord = event.timeStamp - goPressedAt < CHORD_MS;
      goPressedAt = event.key === 'g' ? event.timeStamp : 0;
      const page = PAGE_BY_KEY[event.key];
      if (isChord && page !== undefined) void navigate({ to: page });
      else if (event.key === 'n') void navigate({ to: '/experiments/new' });
      else if (event.key === '?') setHelpOpen(true);
      else if (event.key === '/') {
        event.preventDefault();
        document.querySelector<HTMLInputElement>('input[type="search"]')?.focus();
      }
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, [navigate]);

  if (!isHelpOpen) return null;
  return (
    <Dialog title="Keys" onClose={() => setHelpOpen(false)}>
      <dl className="keys">
        {KEYS.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog" className="dialog-actions">
        <Button type="submit">Close</Button>
      </form>
    </Dialog>
  );
};
