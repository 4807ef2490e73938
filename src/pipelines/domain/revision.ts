import * as z from 'zod';
import { Actor, ClusterId, PipelineId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import { typeOf } from './components/registry.ts';
import { type RenderRefusal, renderPipeline } from './render.ts';
import { settingsAt } from './settings-tree.ts';
import { type FrameSettings, PipelineChoice, SemanticVersion } from './template.ts';
import { circumstancesOf } from './template-circumstances.ts';
import { findTemplate } from './templates.ts';
import { countsOf, Finding } from './validation/finding.ts';
import { STRICTEST_POLICY } from './validation/policy.ts';
import { type ReadSettings, readSettings } from './validation/settings-text.ts';
import { type Circumstances, findingsIn, validateSettings } from './validation/validate-settings.ts';

/** Counted from 1; a number is never given twice. */
export const RevisionNumber = z.int().min(1).max(9999);
export type RevisionNumber = z.infer<typeof RevisionNumber>;

export const MOST_SETTINGS_BYTES = 256 * 1024;

const TOO_LONG = 'settings may have at most 256 KiB';

/** Collector settings as their author wrote them, comments and all. */
export const SettingsYaml = z
  .string()
  .min(1, 'the settings are empty')
  .max(MOST_SETTINGS_BYTES, { error: TOO_LONG, abort: true })
  .refine((text) => new TextEncoder().encode(text).length <= MOST_SETTINGS_BYTES, TOO_LONG);

/** Where the settings of a revision come from: a template with values, or the author's own text. */
export const PipelineOrigin = z.discriminatedUnion('kind', [
  PipelineChoice.extend({ kind: z.literal('template') }),
  z.strictObject({ kind: z.literal('settings'), yaml: SettingsYaml }),
]);
export type PipelineOrigin = z.infer<typeof PipelineOrigin>;

/** The collector that runs on a cluster whose settings a revision holds, cut to what can run beside it. */
export const IncumbentSource = z.object({
  clusterId: ClusterId,
  /** its id among the collectors that were found there */
  collector: z.string(),
  image: z.string(),
  /** what it ran when its settings were read */
  imageDigest: z.string().nullable(),
  version: z.string().nullable(),
  seenAt: Instant,
});
export type IncumbentSource = z.infer<typeof IncumbentSource>;

/** As a revision keeps it: the template's version and every value spelled out, the text apart. */
export const KeptOrigin = z.discriminatedUnion('kind', [
  PipelineChoice.extend({ kind: z.literal('template'), version: SemanticVersion }),
  z.strictObject({ kind: z.literal('settings'), incumbent: IncumbentSource.optional() }),
]);
export type KeptOrigin = z.infer<typeof KeptOrigin>;

/** Where the settings of a revision come from, in few words. */
export const originName = (origin: KeptOrigin): string => {
  if (origin.kind === 'template') return `${origin.template} ${origin.version}`;
  return origin.incumbent === undefined ? 'own settings' : `what runs as ${origin.incumbent.collector}`;
};

export const Publication = z.object({ at: Instant, by: Actor });
export type Publication = z.infer<typeof Publication>;

/** Why it was written, for those who come later. */
export const RevisionNote = z.string().trim().max(500);

/** A revision without its text, for lists. */
export const RevisionHead = z.object({
  number: RevisionNumber,
  origin: KeptOrigin,
  /** what its pipelines carry */
  signals: z.array(z.string()),
  /** of the text */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  errors: z.int(),
  warnings: z.int(),
  note: RevisionNote,
  createdAt: Instant,
  createdBy: Actor,
});
export type RevisionHead = z.infer<typeof RevisionHead>;

/** Settings of a pipeline as they were saved once. Nothing of it changes, but that it is published one day. */
export const Revision = RevisionHead.extend({
  pipelineId: PipelineId,
  /** as written; of a template as it renders with a collection interval of a minute and no critical processes */
  yaml: z.string(),
  /** in the order of the text; of very many the errors first, while `errors` and `warnings` count all */
  findings: z.array(Finding),
  /** when it was first published; null: never */
  published: Publication.nullable(),
});
export type Revision = z.infer<typeof Revision>;

/** What an origin gives, before it has a number. */
export type RevisionContent = Pick<
  Revision,
  'origin' | 'signals' | 'sha256' | 'errors' | 'warnings' | 'yaml' | 'findings'
>;

export type ComposeRefusal = RenderRefusal | Refusal<'pipeline-secret-in-plain-text'>;

/**
 * The settings of an origin with everything that can be said about them. Findings are no reason to refuse, but for one:
 * a secret in plain text would stay for ever, because a revision never changes.
 */
export const composeRevision = (origin: PipelineOrigin, sha256: Sha256): Outcome<RevisionContent, ComposeRefusal> => {
  const composed = textOf(origin, sha256);
  if (!composed.accepted) return composed;
  const { yaml, kept } = composed.value;
  const read = readSettings(yaml);
  const findings = findingsIn(yaml, read, runsWhere(kept));
  const secrets = findings.filter(({ rule }) => rule === SECRET_RULE);
  if (secrets.length > 0) return secretFound(secrets);
  return accept({
    origin: kept,
    yaml,
    sha256: sha256(yaml),
    signals: [...signalsOf(read)],
    ...summed(findings),
  });
};

/** A revision with what is found in it today: rules become more with time, its text stays. */
export const foundToday = (revision: Revision): Revision => ({
  ...revision,
  ...summed(validateSettings(revision.yaml, runsWhere(revision.origin))),
});

const summed = (findings: readonly Finding[]): Pick<Revision, 'errors' | 'warnings' | 'findings'> => ({
  ...countsOf(findings),
  findings: [...firstOf(findings)],
});

/** Templates run on clusters of ours; where an author's own settings run, and by which image, nobody knows yet. */
export const runsWhere = (origin: KeptOrigin): Circumstances => {
  if (origin.kind === 'settings') return { image: 'unknown' };
  const found = findTemplate(origin.template, origin.version);
  return found.accepted ? circumstancesOf(found.value.template) : { policy: STRICTEST_POLICY };
};

/** How a template is shown that nobody runs yet. */
const SHOWN_FRAME: FrameSettings = { remoteWriteAuth: 'none', collectionIntervalSeconds: 60, criticalProcesses: [] };

const textOf = (
  origin: PipelineOrigin,
  sha256: Sha256,
): Outcome<{ readonly yaml: string; readonly kept: KeptOrigin }, RenderRefusal> => {
  if (origin.kind === 'settings') return accept({ yaml: origin.yaml, kept: { kind: 'settings' } });
  const { kind, ...choice } = origin;
  const found = findTemplate(choice.template, choice.version);
  if (!found.accepted) return found;
  const rendered = renderPipeline(choice, SHOWN_FRAME, sha256);
  if (!rendered.accepted) return rendered;
  const { yaml, parameters } = rendered.value;
  return accept({ yaml, kept: { ...choice, kind, version: found.value.template.version, parameters } });
};

/** What the pipelines of a text carry; nothing where it cannot be read. */
const signalsOf = (read: ReadSettings): readonly string[] => {
  if (!read.readable) return [];
  const pipelines = Object.keys(settingsAt(read.text.settings, 'service', 'pipelines'));
  return [...new Set(pipelines.map(typeOf))].sort();
};

const SECRET_RULE = 'secret-in-plain-text';

const secretFound = (secrets: readonly Finding[]) =>
  refuse(
    'pipeline-secret-in-plain-text',
    `line ${secrets[0]?.line}: ${secrets[0]?.message}; a revision never changes, so it is not stored. Put a reference there, \${env:NAME}, or let \`phoenix pipeline import\` do it`,
    { lines: secrets.map(({ line }) => line) },
    fieldErrorsOf(secrets),
  );

/** Findings as a problem tells them: where, which rule, what, and what would work. */
export const fieldErrorsOf = (findings: readonly Finding[]) =>
  findings.map(({ pointer, rule, message, fix, line, column }) => ({
    pointer,
    code: rule,
    message: `line ${line}, column ${column}: ${message}; ${fix}`,
  }));

const MOST_FINDINGS = 100;
/** All of them together have to fit beside the text into one item of the table. */
const MOST_FINDING_CHARACTERS = 30_000;

const firstOf = (findings: readonly Finding[]): readonly Finding[] => {
  let characters = 0;
  const worstFirst = findings.toSorted((one, other) => RANK[one.severity] - RANK[other.severity]);
  const last = worstFirst.findIndex((finding, index) => {
    characters += JSON.stringify(finding).length;
    return index >= MOST_FINDINGS || characters > MOST_FINDING_CHARACTERS;
  });
  if (last === -1) return findings;
  const kept = new Set(worstFirst.slice(0, last));
  return findings.filter((finding) => kept.has(finding));
};

const RANK = { error: 0, warning: 1 } as const;
