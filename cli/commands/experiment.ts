import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { responseOf, toWire } from '../../src/client/wire.ts';
import { experimentRoutes } from '../../src/experiments/contract/routes.ts';
import { EvidenceBundle, type ExperimentView } from '../../src/experiments/contract/views.ts';
import { State } from '../../src/experiments/domain/vocabulary.ts';
import { ExperimentId, nameOfActor } from '../../src/kernel/identity.ts';
import type { Context } from '../context.ts';
import { EXIT, exitCodeOfPlan, exitCodeOfVerdict } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { describeExperiment, watchPicture } from '../render/experiment.ts';
import { describeNeededTime } from '../render/needed-time.ts';
import { interval } from '../render/numbers.ts';
import { renderTable } from '../render/table.ts';
import { watchExperiment } from '../watch.ts';
import { silenceAround } from './cluster.ts';
import { type SettingsOptions, seconds, settingsFrom, withSettings } from './experiment-settings.ts';

export const parseId = (text: string): ExperimentId => {
  const id = ExperimentId.safeParse(text);
  if (id.success) return id.data;
  throw new CommandFailure(
    EXIT.invalid,
    `"${text}" is not the id of an experiment`,
    'ids look like exp-0123456789ab; `phoenix experiment list` shows them',
  );
};

/** What a command is told beside its experiment. */
interface Given {
  readonly reason: string;
  readonly duration: number;
  readonly query: { readonly dryRun?: 'true' };
}

export const registerExperiment = (program: Command, context: () => Context): void => {
  const experiment = program.command('experiment').description('experiments: create, run, watch, decide');

  const wait = async (id: ExperimentId, isAnswered = false): Promise<void> => {
    const { client, isTerminal, say, answer, options } = context();
    const isPicture = isTerminal && options.output === 'table';
    const end = await watchExperiment({ client, id, isTerminal: isPicture, say, isAnswered });
    if (!isPicture) answer(responseOf(experimentRoutes, 'getExperiment'), end, () => watchPicture(end, Date.now()));
    process.exitCode = exitCodeOfVerdict(end.verdict?.verdict ?? null);
  };

  /** Answers with the experiment as the API left it. */
  const answerWith = (view: ExperimentView, sentence: string): void => {
    const { answer, say } = context();
    say(sentence);
    answer(responseOf(experimentRoutes, 'getExperiment'), view, () => describeExperiment(view));
  };

  withSettings(experiment.command('create').description('create a draft; --start begins at once'))
    .option('--start', 'start it at once')
    .option('--wait', 'with --start: follow it to its end; the exit code says which verdict')
    .action(async (given: SettingsOptions & { readonly start?: true; readonly wait?: true }) => {
      if (given.wait === true && given.start !== true) {
        throw new CommandFailure(EXIT.invalid, '--wait waits for the end of what --start began', 'add --start');
      }
      const api = await context().client();
      const settings = await settingsFrom(api, given);
      const { body } = await api.createExperiment({ body: settings });
      const draft = `is a draft: phoenix experiment start ${body.id}`;
      if (given.start !== true) return answerWith(body, `✔ ${body.name} ${draft}`);
      const started = await api
        .startExperiment({ params: { experimentId: body.id }, ifMatch: body.version })
        .catch((refused: unknown) => {
          context().say(`✔ ${body.name} ${draft}`);
          throw refused;
        });
      const sentence = `✔ ${body.name} has started: phoenix experiment watch ${body.id}`;
      if (given.wait !== true) return answerWith(started.body, sentence);
      context().say(sentence);
      return wait(body.id);
    });

  withSettings(
    experiment
      .command('plan')
      .description(
        'how long it must run to be sure, and what that rests on; takes what create takes, stores nothing; exit code 11 when the duration is not enough',
      ),
  ).action(async (given: SettingsOptions) => {
    const { client, answer } = context();
    const api = await client();
    const { body } = await api.planExperiment({ body: await settingsFrom(api, given) });
    answer(responseOf(experimentRoutes, 'planExperiment'), body, () => describeNeededTime(body));
    process.exitCode = exitCodeOfPlan(body);
  });

  experiment
    .command('list')
    .description('experiments, newest first')
    .addOption(new Option('--state <state>', 'only those in this state').choices(State.options))
    .option('--limit <count>', 'how many', Number, 20)
    .option('--all', 'every page')
    .action(async (given: { state?: State; limit: number; all?: true }) => {
      const { client, answer } = context();
      const api = await client();
      const state = given.state === undefined ? {} : { state: given.state };
      const first = await api.listExperiments({ query: { limit: given.limit, ...state } });
      const items = [...first.body.items];
      let next = given.all === true ? first.body.metadata.nextToken : null;
      while (next !== null) {
        const more = await api.listExperiments({ query: { limit: given.limit, nextToken: next, ...state } });
        items.push(...more.body.items);
        next = more.body.metadata.nextToken;
      }
      const body = { items, metadata: { ...first.body.metadata, count: items.length, nextToken: next } };
      answer(responseOf(experimentRoutes, 'listExperiments'), body, () =>
        items.length === 0
          ? 'no experiment yet: phoenix experiment create --help'
          : renderTable(
              ['id', 'name', 'state', 'progress', 'verdict', 'saving'],
              items.map((item) => [
                item.id,
                item.name,
                item.state,
                `${item.slotsMeasured}/${item.slotsPlanned}`,
                item.verdict ?? '–',
                item.primary === null ? '–' : interval(item.primary),
              ]),
            ),
      );
    });

  experiment
    .command('show <id>')
    .description('one experiment: sentence, metrics, what is possible now')
    .action(async (id: string) => {
      const { client, answer } = context();
      const api = await client();
      const { body } = await api.getExperiment({ params: { experimentId: parseId(id) } });
      const silence = await silenceAround(api, body);
      answer(responseOf(experimentRoutes, 'getExperiment'), body, () => describeExperiment(body, silence));
    });

  experiment
    .command('watch <id>')
    .description('follow it to its end; the exit code says which verdict')
    .option('--wait', 'changes nothing: it always waits')
    .action((id: string) => wait(parseId(id)));

  experiment
    .command('history <id>')
    .description('every change of state with actor and cause')
    .action(async (id: string) => {
      const { client, answer } = context();
      const { body } = await (await client()).listTransitions({ params: { experimentId: parseId(id) } });
      answer(responseOf(experimentRoutes, 'listTransitions'), body, () =>
        renderTable(
          ['at', 'epoch', 'from', 'to', 'who', 'why'],
          body.items.map(({ at, epoch, from, to, actor, cause }) => [
            at,
            String(epoch),
            from ?? '–',
            to,
            nameOfActor(actor),
            cause,
          ]),
        ),
      );
    });

  /** Commands on an experiment act on the version that is current now; somebody else's change in between is refused. */
  const command = (
    name: string,
    description: string,
    act: (api: Awaited<ReturnType<Context['client']>>, view: ExperimentView, given: Given) => Promise<ExperimentView>,
    done: string,
    options: { readonly needsReason?: true; readonly needsDuration?: true; readonly isRest?: true } = {},
  ): void => {
    const registered = experiment
      .command(`${name} <id>`)
      .description(description)
      .option('--dry-run', 'every check, and what it would lead to; changes nothing');
    // nothing comes of a pause by itself
    if (options.isRest !== true) registered.option('--wait', 'follow it to its end');
    if (options.needsReason === true) registered.requiredOption('-r, --reason <text>', 'why; kept in the history');
    if (options.needsDuration === true) {
      registered.requiredOption('-d, --duration <duration>', 'measured time in all', seconds);
    }
    registered.action(async (id: string, given: Omit<Given, 'query'> & { wait?: true; dryRun?: true }) => {
      const api = await context().client();
      const { body } = await api.getExperiment({ params: { experimentId: parseId(id) } });
      const query = given.dryRun === true ? { dryRun: 'true' as const } : {};
      const after = await act(api, body, { ...given, query });
      if (given.dryRun === true)
        return answerWith(after, `✔ ${body.name}: this is what it would be; nothing was changed`);
      if (given.wait !== true) return answerWith(after, `✔ ${body.name}: ${done}`);
      context().say(`✔ ${body.name}: ${done}`);
      return wait(body.id, name === 'stop' || name === 'promote');
    });
  };

  command(
    'start',
    'reserve the nodes and start',
    async (api, { id, version }, { query }) =>
      (await api.startExperiment({ params: { experimentId: id }, ifMatch: version, query })).body,
    'started',
  );
  command(
    'pause',
    'measure nothing until it is resumed; 24 h in all',
    async (api, { id, version }, { reason, query }) =>
      (await api.pauseExperiment({ params: { experimentId: id }, ifMatch: version, query, body: { reason } })).body,
    'is paused',
    { needsReason: true, isRest: true },
  );
  command(
    'resume',
    'measure on, with a new slot',
    async (api, { id, version }, { query }) =>
      (await api.resumeExperiment({ params: { experimentId: id }, ifMatch: version, query })).body,
    'is measured again',
  );
  command(
    'extend',
    'measure for longer: once, to twice the time at most, before the first slot is judged',
    async (api, { id, version }, { duration: durationSeconds, query }) =>
      (await api.extendExperiment({ params: { experimentId: id }, ifMatch: version, query, body: { durationSeconds } }))
        .body,
    'is measured for longer',
    { needsDuration: true },
  );
  command(
    'stop',
    'stop and put everything back',
    async (api, { id }, { reason, query }) =>
      (await api.stopExperiment({ params: { experimentId: id }, ifMatch: '*', query, body: { reason } })).body,
    'is being stopped',
    { needsReason: true },
  );
  command(
    'promote',
    'make the candidate the deployed pipeline',
    async (api, { id, version }, { query }) =>
      (await api.promoteExperiment({ params: { experimentId: id }, ifMatch: version, query })).body,
    'the candidate is being rolled out',
  );
  command(
    'rollback',
    'withdraw a promoted candidate',
    async (api, { id, version }, { reason, query }) =>
      (await api.rollbackExperiment({ params: { experimentId: id }, ifMatch: version, query, body: { reason } })).body,
    'the candidate is being withdrawn',
    { needsReason: true },
  );
  command(
    'retry',
    'run again from the beginning, as a new epoch',
    async (api, { id, version }, { query }) =>
      (await api.retryExperiment({ params: { experimentId: id }, ifMatch: version, query })).body,
    'started again',
  );

  experiment
    .command('delete <id>')
    .description('delete a draft or an ended experiment')
    .action(async (id: string) => {
      const { client, say } = context();
      const api = await client();
      const { body } = await api.getExperiment({ params: { experimentId: parseId(id) } });
      await api.deleteExperiment({ params: { experimentId: body.id }, ifMatch: body.version });
      say(`✔ ${body.name} was deleted`);
    });

  experiment
    .command('export <id>')
    .description('everything the verdict rests on, for `phoenix judge`')
    .option('--to <file>', 'file to write; standard output when absent')
    .action(async (id: string, given: { to?: string }) => {
      const { client, say } = context();
      const { body } = await (await client()).exportEvidence({ params: { experimentId: parseId(id) } });
      const text = `${JSON.stringify(toWire(EvidenceBundle, body), null, 1)}\n`;
      if (given.to === undefined) {
        process.stdout.write(text);
        return;
      }
      writeFileSync(given.to, text);
      say(`✔ written to ${given.to}; replay it with: phoenix judge ${given.to}`);
    });
};
