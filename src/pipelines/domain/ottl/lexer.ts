import type { Span } from './syntax.ts';

export interface Token extends Span {
  readonly kind: TokenKind;
  readonly text: string;
}

export type TokenKind = Exclude<(typeof RULES)[number][0], 'blank'> | 'end';

// In the order in which the collector tries them: the first that matches wins, not the longest.
const RULES = [
  ['bytes', /0x[a-fA-F0-9]+/y],
  ['decimal', /(?:\d+\.\d*|\d*\.\d+)(?:[eE][-+]?\d+)?/y],
  ['integer', /\d+/y],
  ['text', /"(?:\\.|[^\\"])*"/y],
  ['nil', /nil\b/y],
  ['not', /not\b/y],
  ['or', /or\b/y],
  ['and', /and\b/y],
  ['comparison', /==|!=|>=|<=|>|</y],
  ['arrow', /=>/y],
  ['sum', /[+-]/y],
  ['product', /[/*]/y],
  ['boolean', /(?:true|false)\b/y],
  ['equal', /=/y],
  ['mark', /[(){}:,.[\]]/y],
  ['upper', /[A-Z][A-Z0-9_]*/y],
  ['lower', /[a-z][a-z0-9_]*/y],
  ['blank', /[\t\n\f\r ]+/y],
  ['underscore', /_\b/y],
] as const;

export type Lexed =
  | { readonly readable: true; readonly tokens: readonly Token[] }
  | { readonly readable: false; readonly at: number };

/** The words of a text, without the blanks between them; `at` is the first character that begins none. */
export const lex = (text: string): Lexed => {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const next = tokenAt(text, at);
    if (next === undefined) return { readable: false, at };
    if (next.kind !== 'blank') tokens.push(next as Token);
    at = next.end;
  }
  return { readable: true, tokens: [...tokens, { kind: 'end', text: '', start: at, end: at }] };
};

const tokenAt = (text: string, start: number) => {
  for (const [kind, pattern] of RULES) {
    pattern.lastIndex = start;
    const found = pattern.exec(text);
    if (found !== null) return { kind, text: found[0], start, end: pattern.lastIndex };
  }
  return undefined;
};
