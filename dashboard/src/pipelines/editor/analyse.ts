import type { FieldError } from '../../../../src/kernel/outcome.ts';
import { hindrancesOf } from '../../../../src/pipelines/domain/frame-own-settings.ts';
import type { ImportNote } from '../../../../src/pipelines/domain/import.ts';
import { importSettings } from '../../../../src/pipelines/domain/import.ts';
import type { Finding } from '../../../../src/pipelines/domain/validation/finding.ts';
import { STRICTEST_POLICY } from '../../../../src/pipelines/domain/validation/policy.ts';
import { readSettings } from '../../../../src/pipelines/domain/validation/settings-text.ts';
import { validateSettings } from '../../../../src/pipelines/domain/validation/validate-settings.ts';
import { type Graph, layOut } from './flows.ts';

/** What the page says about a text, by the same functions as the API. */
export interface Analysis {
  readonly yaml: string;
  readonly findings: readonly Finding[];
  /** why an experiment would not take it, whoever owns the cluster; null while it has errors of its own */
  readonly hindrances: readonly FieldError[] | null;
  /** null while it cannot be read */
  readonly graph: Graph | null;
  /** what the text would be without what is around it and without its secrets; null: nothing to do */
  readonly offer: { readonly yaml: string; readonly notes: readonly ImportNote[] } | null;
}

export const analyse = (yaml: string): Analysis => {
  const graph = graphOf(yaml);
  const findings = yaml.trim() === '' ? [] : validateSettings(yaml);
  const hasErrors = findings.some(({ severity }) => severity === 'error');
  const imported = yaml.trim() === '' ? null : importSettings(yaml);
  return {
    yaml,
    findings,
    hindrances: graph === null || hasErrors ? null : hindrancesOf(yaml, STRICTEST_POLICY),
    graph,
    offer: imported?.accepted === true && imported.value.yaml !== yaml ? imported.value : null,
  };
};

/** What runs after what; null while the text cannot be read. */
export const graphOf = (yaml: string): Graph | null => {
  const read = readSettings(yaml);
  return read.readable ? layOut(read.text.settings) : null;
};

/** The line on which a component is defined, counted from 1; null where it is not written on a line of its own. */
export const lineOf = (yaml: string, part: string, id: string): number | null => {
  const lines = yaml.split('\n');
  const section = lines.findIndex((line) => line.startsWith(`${part}:`));
  if (section === -1) return null;
  const end = lines.findIndex((line, index) => index > section && /^[a-z]/.test(line));
  const found = lines.findIndex(
    (line, index) =>
      index > section && (end === -1 || index < end) && line.trim().replaceAll(/["']/g, '').startsWith(`${id}:`),
  );
  return found === -1 ? null : found + 1;
};
