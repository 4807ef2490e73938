import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { Client } from '../../src/client/client.ts';
import { responseOf } from '../../src/client/wire.ts';
import { nameOfActor, PipelineId } from '../../src/kernel/identity.ts';
import { counted } from '../../src/kernel/words.ts';
import { pipelineRoutes } from '../../src/pipelines/contract/routes.ts';
import type { ListedRevision, PipelineView, SavedPipeline } from '../../src/pipelines/contract/views.ts';
import { diffTexts, PipelineDiff, type SettingsChange } from '../../src/pipelines/domain/diff.ts';
import { ExportFormat } from '../../src/pipelines/domain/export.ts';
import { PIPELINE_STATUSES, type PipelineStatus } from '../../src/pipelines/domain/pipeline.ts';
import { originName, type Revision } from '../../src/pipelines/domain/revision.ts';
import type { TemplateName } from '../../src/pipelines/domain/template.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { readText } from '../read-text.ts';
import { describeFindings } from '../render/findings.ts';
import { renderFields, renderTable } from '../render/table.ts';
import { findCluster } from './cluster.ts';
import { collect, parseParameters, parseTemplateName } from './parameters.ts';

/** `pipe-0123456789ab@3` or `web hosts@3`: a pipeline, and which of its revisions. */
export const parsePipelineRef = (text: string): { readonly named: string; readonly revision: number | undefined } => {
  const [, named = text, digits] = /^(.+)@(\d+)$/.exec(text) ?? [];
  return { named, revision: digits === undefined ? undefined : Number(digits) };
};

/** The pipeline with this id or name. */
export const findPipeline = async (client: Client, idOrName: string): Promise<PipelineView> => {
  const id = PipelineId.safeParse(idOrName);
  if (id.success) return (await client.getPipeline({ params: { pipelineId: id.data } })).body;
  const { body } = await client.listPipelines({ query: { limit: 100 } });
  const found = body.items.find(({ name }) => name === idOrName);
  if (found !== undefined) return found;
  const names = body.items.map(({ name }) => name).join(', ');
  throw new CommandFailure(
    EXIT.notFound,
    `no pipeline is called ${idOrName}`,
    names === '' ? 'there is none yet: phoenix pipeline create --help' : `there are: ${names}`,
  );
};

interface DetailOptions {
  readonly name?: string;
  readonly description?: string;
  readonly owner?: string;
  readonly team?: string;
  readonly label: readonly string[];
}

interface OriginOptions {
  readonly file?: string;
  readonly template?: string;
  readonly param: readonly string[];
  readonly note?: string;
}

const withDetails = (command: Command): Command =>
  command
    .option('-n, --name <name>')
    .option('--description <text>')
    .option('--owner <who>', 'who answers for it; you when absent')
    .option('--team <team>')
    .option('--label <name=value>', 'repeatable', collect, []);

const withOrigin = (command: Command): Command =>
  command
    .option('-f, --file <file>', 'collector settings; - reads standard input')
    .option('--template <name>', 'a template instead of settings of your own')
    .option('--param <name=value>', 'parameter of the template, repeatable', collect, [])
    .option('--note <text>', 'why this revision was written');

const detailsOf = ({ name, description, owner, team, label }: DetailOptions) => ({
  ...(name === undefined ? {} : { name }),
  ...(description === undefined ? {} : { description }),
  ...(owner === undefined ? {} : { owner }),
  ...(team === undefined ? {} : { team }),
  ...(label.length === 0 ? {} : { labels: labelsOf(label) }),
});

const labelsOf = (given: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(parseParameters(given)).map(([name, value]) => [name, String(value)]));

const required = (name: string | undefined): string => {
  if (name !== undefined) return name;
  throw new CommandFailure(EXIT.invalid, 'a pipeline needs a name', 'give one with --name');
};

/** undefined: neither a file nor a template was named. */
const originOf = ({ file, template, param }: OriginOptions) => {
  if (file !== undefined && template !== undefined) {
    throw new CommandFailure(EXIT.invalid, 'a revision is of a template or of your own', 'give --file or --template');
  }
  if (template !== undefined) return templateOrigin(parseTemplateName(template), param);
  return file === undefined ? undefined : { kind: 'settings' as const, yaml: readText(file) };
};

const templateOrigin = (template: TemplateName, param: readonly string[]) => ({
  kind: 'template' as const,
  template,
  parameters: parseParameters(param),
});

/** Commands on pipelines that people own. */
export const registerOwnedPipelines = (pipeline: Command, context: () => Context): void => {
  pipeline
    .command('list')
    .description('pipelines, newest first')
    .addOption(new Option('--status <status>').choices([...PIPELINE_STATUSES]))
    .option('--team <team>')
    .option('--limit <count>', 'how many', Number, 50)
    .action(async (given: { status?: PipelineStatus; team?: string; limit: number }) => {
      const { client, answer } = context();
      const { body } = await (await client()).listPipelines({ query: given });
      answer(responseOf(pipelineRoutes, 'listPipelines'), body, () =>
        body.items.length === 0
          ? 'no pipeline: phoenix pipeline create --help, or phoenix pipeline import FILE'
          : renderTable(
              ['id', 'name', 'status', 'published', 'newest', 'findings', 'of', 'team', 'owner'],
              body.items.map((each) => [
                each.id,
                each.name,
                each.status,
                each.published === null ? '–' : String(each.published.revision),
                String(each.latest.number),
                countFindings(each.latest),
                originName(each.latest.origin),
                each.team ?? '–',
                each.owner,
              ]),
            ),
      );
    });

  pipeline
    .command('show <pipeline>')
    .description(
      'one pipeline by id or name, with everything that was found in its newest revision; NAME@3 means another',
    )
    .option('--settings', 'only the settings, as they were written')
    .action(async (text: string, given: { settings?: true }) => {
      const { client, answer } = context();
      const api = await client();
      const { named, revision } = parsePipelineRef(text);
      const view = await findPipeline(api, named);
      const body = await revisionOf(api, view, revision ?? view.latest.number);
      answer(responseOf(pipelineRoutes, 'getRevision'), body, () =>
        given.settings === true ? body.yaml.trimEnd() : `${describe(view)}\n\n${describeRevision(body)}`,
      );
    });

  withOrigin(
    withDetails(pipeline.command('create').description('a draft, of a template or of your own settings')),
  ).action(async (given: DetailOptions & OriginOptions) => {
    const { client } = context();
    const origin = originOf(given);
    if (origin === undefined) {
      throw new CommandFailure(EXIT.invalid, 'a pipeline needs settings', 'give --file or --template');
    }
    const details = { ...detailsOf(given), name: required(given.name) };
    const { body } = await (await client()).createPipeline({ body: { ...details, origin, note: given.note ?? '' } });
    answerSaved(body, `✔ ${body.name} is a draft: phoenix pipeline publish ${body.id}`);
  });

  withDetails(
    pipeline
      .command('import <file>')
      .description(
        'a draft from settings that exist: as they are, or in a ConfigMap, an OpenTelemetryCollector or Helm values; secrets become references',
      ),
  ).action(async (file: string, given: DetailOptions) => {
    const { client, say } = context();
    const details = { ...detailsOf(given), name: required(given.name) };
    const { body } = await (await client()).importPipeline({ body: { ...details, text: readText(file) } });
    for (const { line, sentence } of body.notes) say(`! line ${line}: ${sentence}`);
    answerSaved(body, `✔ ${body.name} is a draft: phoenix pipeline publish ${body.id}`);
  });

  withDetails(
    pipeline
      .command('adopt <collector>')
      .description('a draft from a collector that `cluster discover` found: what of its settings can run beside it')
      .requiredOption('--cluster <id or name>'),
  ).action(async (collectorId: string, given: DetailOptions & { readonly cluster: string }) => {
    const { client, say } = context();
    const api = await client();
    const details = { ...detailsOf(given), name: required(given.name) };
    const { id: clusterId } = await findCluster(api, given.cluster);
    const { body } = await api.adoptCollector({ body: { ...details, clusterId, collectorId } });
    for (const { sentence } of body.notes) say(`! ${sentence}`);
    answerSaved(body, `✔ ${body.name} is a draft: phoenix pipeline publish ${body.id}`);
  });

  withOrigin(
    withDetails(
      pipeline.command('update <pipeline>').description('save the next revision, or change what is said about it'),
    ),
  ).action(async (text: string, given: DetailOptions & OriginOptions) => {
    const { client, answer, say } = context();
    const api = await client();
    const [origin, details] = [originOf(given), detailsOf(given)];
    let view = await findPipeline(api, text);
    const params = { pipelineId: view.id };
    if (Object.keys(details).length > 0) {
      view = (await api.changePipeline({ params, ifMatch: view.version, body: details })).body;
    } else if (origin === undefined) {
      throw new CommandFailure(
        EXIT.invalid,
        'nothing would change',
        'give --file, --template or a detail such as --team',
      );
    }
    if (origin === undefined) {
      say(`✔ ${view.name} was changed`);
      return answer(responseOf(pipelineRoutes, 'getPipeline'), view, () => describe(view));
    }
    const before = view.latest.number;
    const { body } = await api.revisePipeline({
      params,
      ifMatch: view.version,
      body: { origin, note: given.note ?? '' },
    });
    const isNew = body.revision.number !== before;
    return answerSaved(
      body,
      isNew
        ? `✔ ${body.name} has revision ${body.revision.number}: phoenix pipeline diff ${body.id}@${before} ${body.id}@${body.revision.number}`
        : `✔ ${body.name} has these settings already, as revision ${body.revision.number}`,
    );
  });

  pipeline
    .command('publish <pipeline>')
    .description('make the newest revision, or NAME@3, the one that is meant; refused while it has errors')
    .action(async (text: string) => {
      const { named, revision } = parsePipelineRef(text);
      await change(
        named,
        (api, { id, version }) =>
          api.publishPipeline({
            params: { pipelineId: id },
            ifMatch: version,
            body: revision === undefined ? {} : { revision },
          }),
        ({ name, published }) => `✔ ${name}: revision ${published?.revision} is published`,
      );
    });

  pipeline
    .command('deprecate <pipeline>')
    .alias('archive')
    .description('no longer offer it; nothing that runs is changed')
    .requiredOption('-r, --reason <text>', 'why; kept with it')
    .action((text: string, { reason }: { reason: string }) =>
      change(
        text,
        (api, { id, version }) =>
          api.deprecatePipeline({ params: { pipelineId: id }, ifMatch: version, body: { reason } }),
        ({ name, id }) => `✔ ${name} is deprecated; phoenix pipeline publish ${id} brings it back`,
      ),
    );

  pipeline
    .command('delete <pipeline>')
    .description('delete a draft or a deprecated pipeline')
    .action(async (text: string) => {
      const { client, say } = context();
      const api = await client();
      const { id, name, version } = await findPipeline(api, text);
      await api.deletePipeline({ params: { pipelineId: id }, ifMatch: version });
      say(`✔ ${name} was deleted`);
    });

  pipeline
    .command('revisions <pipeline>')
    .description('its revisions, newest first')
    .option('--limit <count>', 'how many', Number, 20)
    .action(async (text: string, query: { limit: number }) => {
      const { client, answer } = context();
      const api = await client();
      const { id } = await findPipeline(api, text);
      const { body } = await api.listRevisions({ params: { pipelineId: id }, query });
      answer(responseOf(pipelineRoutes, 'listRevisions'), body, () =>
        renderTable(
          ['revision', 'published', 'findings', 'of', 'by', 'at', 'note'],
          body.items.map((each) => [
            String(each.number),
            each.published === null ? '–' : each.published.at,
            countFindings(each),
            originName(each.origin),
            authorOf(each),
            each.createdAt,
            each.note,
          ]),
        ),
      );
    });

  pipeline
    .command('diff <before> <after>')
    .description('what the second does differently, each a sentence; both are files or NAME@REVISION')
    .option('--exit-code', 'end with 1 when they differ')
    .action(async (before: string, after: string, given: { exitCode?: true }) => {
      const { answer } = context();
      const diff = await compare(before, after);
      answer(PipelineDiff, diff, () => describeDiff(diff));
      const isSame = diff.origin.length === 0 && diff.settings.length === 0;
      if (given.exitCode === true && !isSame) process.exitCode = EXIT.findings;
    });

  pipeline
    .command('export <pipeline>')
    .description('files for a repository that a cluster follows: the published revision, or NAME@3')
    .addOption(new Option('--format <format>').choices(ExportFormat.options).default('yaml'))
    .option('--namespace <namespace>', 'where its objects live', 'telemetry')
    .option('--cluster-name <name>', 'stamped on every series, where the settings ask for it')
    .option('--remote-write-url <url>', 'of the measurement store, where the settings ask for it')
    .option('--to <folder>', 'write the files there; standard output when absent')
    .action(async (text: string, given: ExportOptions) => {
      const { client, answer, say } = context();
      const api = await client();
      const { named, revision } = parsePipelineRef(text);
      const { id, name } = await findPipeline(api, named);
      const { to, ...query } = given;
      const { body } = await api.exportPipeline({
        params: { pipelineId: id },
        query: { ...query, ...(revision === undefined ? {} : { revision }) },
      });
      if (to === undefined) {
        return answer(responseOf(pipelineRoutes, 'exportPipeline'), body, () => joined(body.files).trimEnd());
      }
      mkdirSync(to, { recursive: true });
      for (const { path, content } of body.files) writeFileSync(join(to, path), content);
      return say(`✔ revision ${body.revision} of ${name} as ${counted(body.files.length, 'file')} in ${to}`);
    });

  const revisionOf = async (api: Client, { id }: PipelineView, revision: number): Promise<Revision> =>
    (await api.getRevision({ params: { pipelineId: id, revision } })).body;

  const change = async (
    text: string,
    act: (api: Client, view: PipelineView) => Promise<{ readonly body: PipelineView }>,
    done: (view: PipelineView) => string,
  ): Promise<void> => {
    const { client, answer, say } = context();
    const api = await client();
    const { body } = await act(api, await findPipeline(api, text));
    say(done(body));
    answer(responseOf(pipelineRoutes, 'getPipeline'), body, () => describe(body));
  };

  /** Answers with the pipeline and what was found in what was saved. */
  const answerSaved = (body: SavedPipeline, sentence: string): void => {
    const { answer, say } = context();
    say(sentence);
    answer(responseOf(pipelineRoutes, 'createPipeline'), body, () =>
      [describe(body), ...(body.revision.findings.length === 0 ? [] : ['', describeFound(body.revision)])].join('\n'),
    );
  };

  /** Revisions of one pipeline are compared by the API, with their parameters; everything else by its text. */
  const compare = async (before: string, after: string): Promise<PipelineDiff> => {
    const [one, other] = [parsePipelineRef(before), parsePipelineRef(after)];
    const areRevisions = one.revision !== undefined && other.revision !== undefined;
    if (areRevisions && one.named === other.named && !existsSync(before)) {
      const api = await context().client();
      const { id } = await findPipeline(api, one.named);
      const query = { from: one.revision, to: other.revision };
      return (await api.diffRevisions({ params: { pipelineId: id }, query })).body;
    }
    const settings = diffTexts(
      { name: before, yaml: await textOf(before) },
      { name: after, yaml: await textOf(after) },
    );
    if (!settings.accepted) throw new CommandFailure(EXIT.invalid, settings.refusal.message, 'nothing was compared');
    const [from, to] = [one.revision ?? 1, other.revision ?? 1];
    return { from, to, origin: [], settings: [...settings.value] };
  };

  const textOf = async (text: string): Promise<string> => {
    if (text === '-' || existsSync(text)) return readText(text);
    const api = await context().client();
    const { named, revision } = parsePipelineRef(text);
    const view = await findPipeline(api, named);
    return (await revisionOf(api, view, revision ?? view.published?.revision ?? view.latest.number)).yaml;
  };
};

interface ExportOptions {
  readonly format: ExportFormat;
  readonly namespace: string;
  readonly clusterName?: string;
  readonly remoteWriteUrl?: string;
  readonly to?: string;
}

/** Several files on one page say where each begins. */
const joined = (files: readonly { readonly path: string; readonly content: string }[]): string =>
  files.length === 1
    ? (files[0]?.content ?? '')
    : files.map(({ path, content }) => `# ── ${path}\n${content}`).join('\n');

const countFindings = ({ errors, warnings }: Pick<Revision, 'errors' | 'warnings'>): string =>
  [errors === 0 ? [] : counted(errors, 'error'), warnings === 0 ? [] : counted(warnings, 'warning')]
    .flat()
    .join(', ') || '–';

const authorOf = ({ createdBy }: Pick<ListedRevision, 'createdBy'>): string => nameOfActor(createdBy);

const describe = (view: PipelineView): string =>
  renderFields([
    ['pipeline', `${view.name} (${view.id})`],
    ['status', statusWords(view)],
    ['newest', `revision ${view.latest.number}, ${originName(view.latest.origin)}, ${countFindings(view.latest)}`],
    ['owner', view.team === null ? view.owner : `${view.owner}, team ${view.team}`],
    ...(view.description === '' ? [] : [['about', view.description] as const]),
    ['possible', view.allowedCommands.join(', ')],
  ]);

const statusWords = ({ status, published, deprecation }: PipelineView): string => {
  switch (status) {
    case 'draft':
      return 'draft';
    case 'published':
      return `published, revision ${published?.revision}`;
    case 'deprecated':
      return `deprecated: ${deprecation?.reason ?? ''}`;
  }
};

const describeRevision = (revision: Revision): string =>
  [
    `revision ${revision.number} by ${authorOf(revision)} at ${revision.createdAt}${revision.note === '' ? '' : `: ${revision.note}`}`,
    `sha256 ${revision.sha256}`,
    describeFound(revision),
  ].join('\n');

const describeFound = ({ findings, errors, warnings, number }: Revision): string => {
  const left = errors + warnings - findings.length;
  return [
    describeFindings(findings, `revision ${number}`),
    ...(left > 0 ? [`… and ${counted(left, 'more finding', 'more findings')}`] : []),
  ].join('\n');
};

const SIGN: Readonly<Record<SettingsChange['kind'], string>> = { added: '+', removed: '−', changed: '~' };

const describeDiff = ({ origin, settings }: PipelineDiff): string => {
  const changes = [...origin, ...settings];
  if (changes.length === 0) return 'both do the same';
  return changes.map(({ kind, sentence, pointer }) => `${SIGN[kind]} ${sentence}\n    ${pointer}`).join('\n');
};
