import { type KeyboardEvent, type Ref, useImperativeHandle, useRef } from 'react';
import type { Finding } from '../../../../src/pipelines/domain/validation/finding.ts';

export interface EditorHandle {
  /** puts the caret there, counted from 1, and shows it */
  goTo(line: number, column?: number): void;
}

/** As in the stylesheet. */
const LINE_PX = 20;

/**
 * A plain text field with the lines counted beside it and findings marked: what the browser can do with a text (undo,
 * find, spelling off, readers of screens) stays.
 */
export const SettingsEditor = ({
  yaml,
  findings,
  isReadOnly = false,
  handle,
  onChange,
  onSave,
}: {
  readonly yaml: string;
  readonly findings: readonly Finding[];
  readonly isReadOnly?: boolean;
  readonly handle: Ref<EditorHandle>;
  readonly onChange: (yaml: string) => void;
  readonly onSave: () => void;
}) => {
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const marks = useRef<HTMLDivElement>(null);
  const lines = yaml.split('\n');
  const worst = worstByLine(findings);

  const moveTo = (line: number, column: number): void => {
    const element = area.current;
    if (element === null) return;
    const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    const at = before + Math.min(column - 1, (lines[line - 1] ?? '').length);
    element.focus();
    element.setSelectionRange(at, at);
    element.scrollTop = Math.max(0, (line - 1) * LINE_PX - element.clientHeight / 3);
  };
  useImperativeHandle(handle, () => ({ goTo: (line, column = 1) => moveTo(line, column) }));

  const follow = (): void => {
    const { scrollTop = 0, scrollLeft = 0 } = area.current ?? {};
    if (gutter.current !== null) gutter.current.style.transform = `translateY(${-scrollTop}px)`;
    if (marks.current !== null) marks.current.style.transform = `translate(${-scrollLeft}px, ${-scrollTop}px)`;
  };

  const press = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if ((event.ctrlKey || event.metaKey) && event.key === 's') {
      event.preventDefault();
      onSave();
    } else if (event.key === 'F8') {
      event.preventDefault();
      const { selectionStart } = event.currentTarget;
      const here = yaml.slice(0, selectionStart).split('\n').length;
      const next = findings.find(({ line }) => line > here) ?? findings[0];
      if (next !== undefined) moveTo(next.line, next.column);
    } else if (event.key === 'Enter' && !event.shiftKey && !isReadOnly) {
      const { selectionStart } = event.currentTarget;
      const line = yaml.slice(yaml.lastIndexOf('\n', selectionStart - 1) + 1, selectionStart);
      const indent = /^ */.exec(line)?.[0] ?? '';
      const deeper = /:\s*$/.test(line) ? '  ' : '';
      if (indent + deeper === '') return;
      event.preventDefault();
      // the only way to insert that the browser can undo
      document.execCommand('insertText', false, `\n${indent}${deeper}`);
    }
  };

  return (
    <div className="editor" data-read-only={isReadOnly}>
      <div className="editor-gutter" aria-hidden="true">
        <div ref={gutter}>
          {lines
            .map((_, index) => index + 1)
            .map((line) => (
              <span key={line} className={worst.get(line) ?? ''}>
                {line}
              </span>
            ))}
        </div>
      </div>
      <div className="editor-text">
        <div className="editor-marks" aria-hidden="true">
          <div ref={marks}>
            {[...worst].map(([line, severity]) => (
              <span key={line} className={severity} style={{ top: (line - 1) * LINE_PX }} />
            ))}
          </div>
        </div>
        <textarea
          ref={area}
          aria-label="Settings of the collector"
          aria-describedby="editor-keys"
          aria-invalid={[...worst.values()].includes('error')}
          value={yaml}
          readOnly={isReadOnly}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          wrap="off"
          onChange={({ target }) => onChange(target.value)}
          onScroll={follow}
          onKeyDown={press}
        />
      </div>
    </div>
  );
};

const worstByLine = (findings: readonly Finding[]): ReadonlyMap<number, Finding['severity']> => {
  const worst = new Map<number, Finding['severity']>();
  for (const { line, severity } of findings) {
    if (severity === 'error' || !worst.has(line)) worst.set(line, severity);
  }
  return worst;
};
