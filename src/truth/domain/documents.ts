import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { shortIdFrom } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import { Check, type FoundCheck, type Variables } from './check.ts';
import { checksOfDashboard, Dashboard } from './dashboards.ts';
import { checksOfRules, RuleFile } from './rules.ts';

/** A file of rules, a `PrometheusRule` object or several, or a dashboard; as its owner has it. */
export const RuleDocument = z.strictObject({
  name: z.string().trim().min(1).max(200),
  text: z.string().max(2_000_000),
});
export type RuleDocument = z.infer<typeof RuleDocument>;

/**
 * Every alert, recording and panel of these documents as a check. A rule that cannot be read is a check with a fault,
 * never left out; a document that is none of the known kinds is refused with its name.
 */
export const importDocuments = (
  documents: readonly RuleDocument[],
  variables: Variables,
  sha256: Sha256,
): Outcome<readonly Check[], Refusal<'rules-unreadable'>> => {
  const found: FoundCheck[] = [];
  for (const [index, document] of documents.entries()) {
    const read = readDocument(document, variables);
    if (!read.accepted) {
      const { message } = read.refusal;
      return refuse('rules-unreadable', `${document.name} ${message}`, { document: document.name }, [
        { pointer: `/documents/${index}/text`, code: 'rules-unreadable', message },
      ]);
    }
    found.push(...read.value);
  }
  if (found.length > MOST_CHECKS) {
    return refuse(
      'rules-unreadable',
      `${found.length} rules and panels are in it; ${MOST_CHECKS} are the most of one set`,
      {
        checks: found.length,
      },
    );
  }
  return accept(withIds(found, sha256));
};

/** Of one set; a thousand queries are the most that an experiment is planned for. */
export const MOST_CHECKS = 2000;

const readDocument = (
  { name, text }: RuleDocument,
  variables: Variables,
): Outcome<readonly FoundCheck[], Refusal<'rules-unreadable'>> => {
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  if (!Array.isArray(documents)) return refuse('rules-unreadable', 'is empty');
  const fault = documents.flatMap(({ errors }) => errors)[0];
  if (fault !== undefined) {
    const [at] = fault.linePos ?? [];
    return refuse('rules-unreadable', `cannot be read as YAML or JSON: ${fault.message.split('\n')[0] ?? ''}`, {
      line: at?.line ?? null,
      column: at?.col ?? null,
    });
  }
  const found: FoundCheck[] = [];
  for (const document of documents) {
    const read = readObject(name, document.toJS({ maxAliasCount: 100 }) as unknown, variables);
    if (!read.accepted) return read;
    found.push(...read.value);
  }
  return accept(found);
};

const ObjectList = z.object({ kind: z.string().regex(/List$/), items: z.array(z.unknown()) });
const PrometheusRule = z.object({
  kind: z.literal('PrometheusRule'),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
  spec: RuleFile,
});
const WrappedDashboard = z.object({ dashboard: Dashboard });

const readObject = (
  name: string,
  object: unknown,
  variables: Variables,
): Outcome<readonly FoundCheck[], Refusal<'rules-unreadable'>> => {
  if (object === null) return accept([]);
  const list = ObjectList.safeParse(object);
  if (list.success) {
    const read = list.data.items.map((item) => readObject(name, item, variables));
    const refused = read.find((each) => !each.accepted);
    return refused ?? accept(read.flatMap((each) => (each.accepted ? each.value : [])));
  }
  const rule = PrometheusRule.safeParse(object);
  if (rule.success) {
    const { namespace, name: objectName } = rule.data.metadata;
    return accept(checksOfRules(namespace === undefined ? objectName : `${namespace}/${objectName}`, rule.data.spec));
  }
  const file = RuleFile.safeParse(object);
  if (file.success) return accept(checksOfRules(name, file.data));
  const wrapped = WrappedDashboard.safeParse(object);
  if (wrapped.success) return accept(checksOfDashboard(wrapped.data.dashboard, variables));
  const dashboard = Dashboard.safeParse(object);
  if (dashboard.success) return accept(checksOfDashboard(dashboard.data, variables));
  return refuse(
    'rules-unreadable',
    'is neither rules (groups:), nor a PrometheusRule, nor a dashboard (panels or rows); export it again or leave it out',
  );
};

/** What stands at one place under one name is told apart by its turn. */
const withIds = (found: readonly FoundCheck[], sha256: Sha256): readonly Check[] => {
  const turns = new Map<string, number>();
  return found.map((check) => {
    const key = [check.kind, check.place, check.name].join('\n');
    const turn = turns.get(key) ?? 0;
    turns.set(key, turn + 1);
    return Check.parse({ ...check, id: `chk-${shortIdFrom(sha256(`${key}\n${turn}`))}` });
  });
};
