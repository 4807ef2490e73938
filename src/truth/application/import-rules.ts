import { canonicalJson } from '../../kernel/canonical-json.ts';
import { actorOf, type Principal } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal } from '../../kernel/outcome.ts';
import type { Clock, Sha256 } from '../../kernel/ports.ts';
import { draftEvent } from '../../platform/declare/event.ts';
import { truthEvents } from '../contract/events.ts';
import type { Check, Variables } from '../domain/check.ts';
import { importDocuments, type RuleDocument } from '../domain/documents.ts';
import { countsOf, type RuleSet, type RuleSetName } from '../domain/rule-set.ts';
import type { RuleSetStore } from './ports.ts';

interface Ports {
  readonly ruleSets: RuleSetStore;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

interface ImportRules {
  readonly name: RuleSetName;
  readonly documents: readonly RuleDocument[];
  readonly variables: Variables;
  readonly caller: Principal;
}

export interface Imported {
  readonly ruleSet: RuleSet;
  readonly checks: readonly Check[];
}

/** Reads documents and makes them the newest revision of a set; what is the same already stays the revision it is. */
export const makeImportRules =
  ({ ruleSets, clock, sha256 }: Ports) =>
  async (request: ImportRules): Promise<Outcome<Imported, Refusal<'rules-unreadable' | 'precondition-failed'>>> => {
    const { name, caller } = request;
    const read = importDocuments(request.documents, request.variables, sha256);
    if (!read.accepted) return read;
    const checks = read.value;
    const digest = sha256(canonicalJson(checks));
    const before = await ruleSets.load(caller.tenantId, name);
    if (before?.digest === digest) return accept({ ruleSet: before, checks });
    const ruleSet: RuleSet = {
      ...{ tenantId: caller.tenantId, name, digest, revision: (before?.revision ?? 0) + 1 },
      ...{ importedAt: clock.now(), importedBy: actorOf(caller) },
      ...countsOf(checks),
    };
    const [imported] = truthEvents;
    const said = draftEvent(imported, { name, revision: ruleSet.revision, digest, checks: checks.length });
    const committed = await ruleSets.commit(ruleSet, checks, said, actorOf(caller));
    return committed.accepted ? accept({ ruleSet: committed.value, checks }) : committed;
  };
