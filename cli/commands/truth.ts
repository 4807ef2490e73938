import { basename } from 'node:path';
import type { Command } from 'commander';
import type { Client } from '../../src/client/client.ts';
import { responseOf } from '../../src/client/wire.ts';
import { type ExperimentTruth, experimentTruthRoutes } from '../../src/experiments/contract/truth-routes.ts';
import { ExperimentId } from '../../src/kernel/identity.ts';
import { counted } from '../../src/kernel/words.ts';
import { type RuleSetView, truthRoutes } from '../../src/truth/contract/routes.ts';
import { RuleSetName } from '../../src/truth/domain/rule-set.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { readText } from '../read-text.ts';
import { renderTable } from '../render/table.ts';
import { parseId } from './experiment.ts';
import { collect } from './parameters.ts';

export const registerTruth = (program: Command, context: () => Context): void => {
  const truth = program.command('truth').description('whether your own alerts and panels still show the same');

  truth
    .command('import <name> <files...>')
    .description(
      'import rule files, PrometheusRule objects and dashboards under a name; the same again changes nothing',
    )
    .option('--variable <name=value>', 'value of a variable of a dashboard; may be given several times', collect)
    .action(async (name: string, files: readonly string[], { variable = [] }: { variable?: readonly string[] }) => {
      const { client, answer, say } = context();
      const documents = files.map((file) => ({
        name: file === '-' ? 'standard input' : basename(file),
        text: readText(file),
      }));
      const body = { name: parseSetName(name), documents, variables: variablesFrom(variable) };
      const { body: imported } = await (await client()).importRuleSet({ body });
      say(
        `✔ ${imported.name} is at revision ${imported.revision}; experiments that start from now on are held against it`,
      );
      answer(responseOf(truthRoutes, 'importRuleSet'), imported, () => describeSet(imported));
    });

  truth
    .command('list')
    .description('what was imported, by name')
    .action(async () => {
      const { client, answer } = context();
      const { body } = await (await client()).listRuleSets({});
      answer(responseOf(truthRoutes, 'listRuleSets'), body, () =>
        body.items.length === 0
          ? 'nothing was imported yet: phoenix truth import --help'
          : renderTable(
              ['name', 'revision', 'alerts', 'recordings', 'panels', 'never evaluable', 'imported'],
              body.items.map(({ name, revision, alerts, recordings, panels, faulty, importedAt }) => [
                ...[name, String(revision), String(alerts), String(recordings), String(panels), String(faulty)],
                importedAt,
              ]),
            ),
      );
    });

  truth
    .command('show <experiment-or-name>')
    .description('how the checks of an experiment came out, those first that stop a promotion; or what was imported')
    .option('--all', 'also what is the same')
    .action(async (named: string, { all }: { all?: true }) => {
      const { client, answer } = context();
      const api = await client();
      if (!ExperimentId.safeParse(named).success) {
        const { body } = await api.getRuleSet({ params: { ruleSetName: parseSetName(named) } });
        return answer(responseOf(truthRoutes, 'getRuleSet'), body, () => describeSet(body));
      }
      const { body } = await api.getExperimentTruth({ params: { experimentId: parseId(named) } });
      answer(responseOf(experimentTruthRoutes, 'getExperimentTruth'), body, () => describeTruth(body, all === true));
    });

  truth
    .command('accept <experiment> <check>')
    .description(
      'accept by id or name that a check is lost, differs or cannot be evaluated; promotion needs that of each',
    )
    .requiredOption('-r, --reason <text>', 'why; kept in the history')
    .action(async (given: string, named: string, { reason }: { reason: string }) => {
      const { client, answer, say } = context();
      const api = await client();
      const experimentId = parseId(given);
      const { id: checkId, name, status } = await findCheck(api, experimentId, named);
      const { version } = (await api.getExperiment({ params: { experimentId } })).body;
      await api.acceptTruthCheck({ params: { experimentId, checkId }, ifMatch: version, body: { reason } });
      say(`✔ ${name} is accepted as ${wordsOf(status)}`);
      const { body } = await api.getExperimentTruth({ params: { experimentId } });
      answer(responseOf(experimentTruthRoutes, 'getExperimentTruth'), body, () => describeTruth(body, false));
    });
};

const parseSetName = (text: string): RuleSetName => {
  const name = RuleSetName.safeParse(text);
  if (name.success) return name.data;
  throw new CommandFailure(
    EXIT.invalid,
    `"${text}" is neither an experiment nor the name of imported rules`,
    'names look like node-alerts; `phoenix truth list` shows them',
  );
};

/** Values stay the text that they are: a dashboard knows no numbers. */
const variablesFrom = (assignments: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    assignments.map((assignment) => {
      const [name = '', ...rest] = assignment.split('=');
      if (name === '' || rest.length === 0)
        throw new CommandFailure(EXIT.invalid, `"${assignment}" gives no variable a value`, 'write it as name=value');
      return [name.replace(/^\$/, ''), rest.join('=')];
    }),
  );

type CheckView = ExperimentTruth['items'][number];

const findCheck = async (api: Client, experimentId: ExperimentId, named: string): Promise<CheckView> => {
  const { items } = (await api.getExperimentTruth({ params: { experimentId } })).body;
  const found = items.filter(({ id, name }) => id === named || name === named);
  const [check] = found;
  if (check !== undefined && found.length === 1) return check;
  const listing = `\`phoenix truth show ${experimentId} --all\` shows them`;
  throw check === undefined
    ? new CommandFailure(EXIT.notFound, `no check of ${experimentId} is called "${named}"`, listing)
    : new CommandFailure(
        EXIT.invalid,
        `${counted(found.length, 'check is', 'checks are')} called "${named}"`,
        `give the id of one; ${listing}`,
      );
};

const wordsOf = (status: CheckView['status']): string => status.replaceAll('_', ' ');

const describeTruth = ({ sentence, items }: ExperimentTruth, isWhole: boolean): string => {
  const shown = items
    .filter(({ status }) => isWhole || status !== 'same')
    .toSorted((one, other) => Number(isOpen(other)) - Number(isOpen(one)));
  const table = renderTable(
    ['check', 'kind', 'name', 'place', 'status', 'promotion', 'why'],
    shown.map((check) => [
      ...[check.id, check.kind, check.name, check.place, wordsOf(check.status)],
      check.accepted !== null ? 'accepted' : check.isBlocking ? 'needs acceptance' : '–',
      check.accepted === null ? check.sentence : `${check.sentence}; accepted: ${check.accepted.reason}`,
    ]),
  );
  return [sentence, ...(shown.length === 0 ? [] : ['', table])].join('\n');
};

const isOpen = ({ isBlocking, accepted }: CheckView): boolean => isBlocking && accepted === null;

const describeSet = ({ name, revision, checks }: RuleSetView): string =>
  [
    `${name}, revision ${revision}: ${counted(checks.length, 'check')}`,
    '',
    renderTable(
      ['check', 'kind', 'name', 'place', 'never evaluable because'],
      checks.map((check) => [check.id, check.kind, check.name, check.place, check.fault ?? '–']),
    ),
  ].join('\n');
