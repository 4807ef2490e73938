import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { readWholeLog, verifyWholeLog } from '../../src/audit/contract/read-log.ts';
import { AuditVerification, auditRoutes, verificationOf } from '../../src/audit/contract/routes.ts';
import { BEFORE_THE_FIRST, type Broken, checkChain, stillHas, type Unreadable } from '../../src/audit/domain/chain.ts';
import { AuditEntry, AuditOutcome } from '../../src/audit/domain/entry.ts';
import type { Client } from '../../src/client/client.ts';
import { ApiProblem } from '../../src/client/problem.ts';
import { fromWire, responseOf, toWire } from '../../src/client/wire.ts';
import { nameOfActor } from '../../src/kernel/identity.ts';
import type { Instant } from '../../src/kernel/instant.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { counted } from '../../src/kernel/words.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { readText } from '../read-text.ts';
import { renderFields, renderTable } from '../render/table.ts';

export const registerAudit = (program: Command, context: () => Context): void => {
  const audit = program.command('audit').description('who changed what, and what was refused to whom');

  audit
    .command('list')
    .description('entries, newest first')
    .option('--actor <id>', 'of one person, or of workflow, schedule, guardrail, janitor')
    .option('--action <name>', 'type of an event or name of a refused route')
    .addOption(new Option('--outcome <outcome>', 'how it went').choices(AuditOutcome.options))
    .option('--subject <id>', 'about one thing: an experiment, a cluster, a person')
    .option('--since <instant>', 'from this instant on, such as 2026-11-21T09:40:00.000Z')
    .option('--until <instant>', 'up to this instant')
    .option('--limit <count>', 'at most this many, 100 at most', '20')
    .action(async (given: ListOptions) => {
      const { client, answer } = context();
      const { limit, since, until, ...rest } = given;
      // the API reads instants and says what is wrong with one
      const times = { since: since as Instant | undefined, until: until as Instant | undefined };
      const query = { ...rest, ...times, limit: Number(limit) };
      const { body } = await (await client()).listAudit({ query });
      answer(responseOf(auditRoutes, 'listAudit'), body, () =>
        body.items.length === 0
          ? 'nothing fits; the log begins with the first change in this tenant'
          : renderTable(['no', 'at', 'who', 'outcome', 'action', 'subject'], body.items.map(rowOf)),
      );
    });

  audit
    .command('show <number>')
    .description('one entry with its digests and hashes')
    .action(async (number: string) => {
      const { client, answer } = context();
      const { body } = await (await client()).getAuditEntry({ params: { position: Number(number) } });
      answer(AuditEntry, body, () =>
        renderFields(
          Object.entries(toWire(AuditEntry, body) as Record<string, unknown>).map(([name, value]) => [
            name.replaceAll('_', ' '),
            typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '–'),
          ]),
        ),
      );
    });

  audit
    .command('verify')
    .description('check the chain of hashes; exit code 1 names the first entry that was altered or is missing')
    .option('--file <file>', 'check an export instead of the log, offline')
    .option('--against <file>', 'also check that the log still has the end of this older export')
    .action(async (given: { file?: string; against?: string }) => {
      const { client, answer, say } = context();
      const verified =
        given.file === undefined
          ? await verifyWholeLog((await client()).verifyAudit, (count) => say(`◐ ${count} entries checked`))
          : verifyExport(given.file);
      const broken =
        verified.broken ?? (given.against === undefined ? null : await verifyEnd(await client(), given.against));
      const verification: AuditVerification = { ...verified, state: broken === null ? 'intact' : 'broken', broken };
      const { checked, after, hash } = verification;
      answer(AuditVerification, verification, () =>
        broken === null
          ? `✔ ${counted(checked, 'entry', 'entries')}, nothing altered, nothing missing\n  the last is ${after} with hash ${hash}`
          : `✘ ${broken.message}\n  right up to entry ${after}`,
      );
      if (broken !== null) process.exitCode = EXIT.findings;
    });

  audit
    .command('export')
    .description('all entries, oldest first, one JSON object a line; check it with `phoenix audit verify --file`')
    .option('--to <file>', 'file to write; standard output when absent')
    .action(async (given: { to?: string }) => {
      const { client, say } = context();
      const entries = await readWholeLog((await client()).listAudit, (count) => {
        if (count % 1000 === 0) say(`◐ ${count} entries read`);
      });
      const text = entries.map((entry) => `${JSON.stringify(toWire(AuditEntry, entry))}\n`).join('');
      if (given.to === undefined) {
        process.stdout.write(text);
        return;
      }
      writeFileSync(given.to, text);
      say(`✔ ${counted(entries.length, 'entry', 'entries')} written to ${given.to}`);
    });
};

interface ListOptions {
  readonly actor?: string;
  readonly action?: string;
  readonly outcome?: AuditOutcome;
  readonly subject?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit: string;
}

const rowOf = ({ position, at, actor, outcome, code, action, subject }: AuditEntry): readonly string[] => [
  String(position),
  at,
  nameOfActor(actor),
  code === null ? outcome : `${outcome}: ${code}`,
  action,
  subject,
];

const verifyExport = (file: string): AuditVerification =>
  verificationOf({ ...checkChain(entriesOf(file), BEFORE_THE_FIRST, sha256), isComplete: true });

/** What was cut off at the end of a log is seen by whoever has an older copy. */
const verifyEnd = async (client: Client, file: string): Promise<Broken | null> => {
  const witness = entriesOf(file).at(-1);
  if (witness === undefined || 'unreadable' in witness) {
    throw new CommandFailure(EXIT.invalid, `${file} ends with no entry`, 'make one with `phoenix audit export --to`');
  }
  return stillHas(witness, await entryAt(client, witness.position));
};

const entryAt = async (client: Client, position: number): Promise<AuditEntry | null> => {
  try {
    return (await client.getAuditEntry({ params: { position } })).body;
  } catch (failure) {
    if (failure instanceof ApiProblem && failure.status === 404) return null;
    throw failure;
  }
};

const entriesOf = (file: string): readonly (AuditEntry | Unreadable)[] =>
  readText(file)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => readEntry(line, index + 1));

const readEntry = (line: string, position: number): AuditEntry | Unreadable => {
  try {
    return AuditEntry.parse(fromWire(AuditEntry, JSON.parse(line)));
  } catch {
    return { position, unreadable: `line ${position} is not an entry` };
  }
};
