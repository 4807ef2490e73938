import YAML from 'yaml';
import type * as z from 'zod';
import { parseWire } from '../src/client/wire.ts';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';

/** A YAML or JSON document in wire names, parsed by its schema; broken YAML is told with line and column. */
export const readDocument = <S extends z.ZodType>(schema: S, text: string, name: string): z.infer<S> => {
  const document = YAML.parseDocument(text, { prettyErrors: true });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const at = broken.linePos?.[0];
    throw new CommandFailure(
      EXIT.invalid,
      `${name}${at === undefined ? '' : `:${at.line}:${at.col}`} is not readable YAML: ${sentenceOf(broken.message)}`,
      'nothing was sent',
    );
  }
  const parsed = parseWire(schema, document.toJS({ maxAliasCount: 0 }));
  if (parsed.accepted) return parsed.value;
  const findings = parsed.errors.map(({ pointer, message }) => `${pointer || '/'}: ${message}`);
  throw new CommandFailure(EXIT.invalid, `${name} is not valid`, `${findings.join('\n  ')}\n  nothing was sent`);
};

/** The parser's first line, without the place, which stands before it already. */
const sentenceOf = (message: string): string =>
  (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
