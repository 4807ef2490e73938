import { RE2JS } from 're2js';

/**
 * Why the collector would not take a regular expression; undefined if it would. Its expressions (RE2) are read by a port
 * of its own reader: this language's would know lookaheads and back-references, and some would never end.
 */
export const patternFault = (pattern: string): string | undefined => {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (failure) {
    // the port calls itself for each bracket; the collector stops at a thousand
    if (failure instanceof RangeError) return 'it is nested too deeply';
    if (failure instanceof Error) return failure.message.replace(/^error parsing regexp: /, '');
    throw failure;
  }
};

/** Whether the brackets and braces of a glob are closed: what its reader in the collector wants of it. */
export const isGlob = (glob: string): boolean => {
  let braces = 0;
  let inBrackets = false;
  for (let at = 0; at < glob.length; at += 1) {
    const character = glob[at];
    if (character === '\\') at += 1;
    else if (inBrackets) inBrackets = character !== ']';
    else if (character === '[') inBrackets = true;
    else if (character === '{') braces += 1;
    else if (character === '}' && braces > 0) braces -= 1;
  }
  return braces === 0 && !inBrackets;
};
