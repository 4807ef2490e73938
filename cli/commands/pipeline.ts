import type { Command } from 'commander';
import { responseOf } from '../../src/client/wire.ts';
import { AllowedHost } from '../../src/kernel/allowed-host.ts';
import { pipelineRoutes } from '../../src/pipelines/contract/routes.ts';
import type { Template, TemplateParameter } from '../../src/pipelines/domain/template.ts';
import { CollectorImage } from '../../src/pipelines/domain/validation/availability.ts';
import { mayAskCollector, withCollectorsWord } from '../../src/pipelines/domain/validation/collector-words.ts';
import { ClusterPolicy, STRICTEST_POLICY } from '../../src/pipelines/domain/validation/policy.ts';
import { type Circumstances, validateSettings } from '../../src/pipelines/domain/validation/validate-settings.ts';
import { Validity, validityOf } from '../../src/pipelines/domain/validation/validity.ts';
import { askCollector } from '../ask-collector.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { readText } from '../read-text.ts';
import { describeValidity } from '../render/findings.ts';
import { renderFields, renderTable } from '../render/table.ts';
import { registerOwnedPipelines } from './owned-pipelines.ts';
import { collect, parseTemplateName } from './parameters.ts';
import { registerRecord } from './record.ts';
import { type RenderOptions, renderWish, withRenderOptions } from './render-options.ts';

/** What a template is good for, in few words. */
const FOR: Readonly<Record<Template['use'], string>> = {
  experiment: 'experiments',
  deployment: 'deployments',
  pre_check: 'a check before',
  not_yet: 'nothing yet',
};

const shortDefault = ({ default: usual }: TemplateParameter): string => {
  if (!Array.isArray(usual)) return String(usual);
  if (usual.length === 0) return '-';
  return usual.length <= 3 ? usual.join(',') : `${usual.slice(0, 2).join(',')} and ${usual.length - 2} more`;
};

const possible = ({ minimum, maximum, validValues }: TemplateParameter): string => {
  if (validValues !== null) return validValues.join(' ');
  return minimum === null && maximum === null ? '-' : `${minimum ?? ''} to ${maximum ?? ''}`;
};

interface ValidateOptions {
  readonly forCluster?: true;
  readonly destination: readonly string[];
  readonly critical?: string;
  readonly image: string;
  readonly collector?: string;
}

const circumstancesOf = ({ forCluster, destination, critical, image: name }: ValidateOptions): Circumstances => {
  const image = CollectorImage.safeParse(name);
  if (!image.success)
    throw new CommandFailure(
      EXIT.invalid,
      `"${name}" is no image of a collector`,
      `there are ${CollectorImage.options.join(' and ')}`,
    );
  if (forCluster === undefined) {
    if (destination.length > 0 || critical !== undefined)
      throw new CommandFailure(
        EXIT.invalid,
        '--destination and --critical say what a cluster allows',
        'add --for-cluster',
      );
    return { image: image.data };
  }
  const policy = ClusterPolicy.safeParse({
    ...STRICTEST_POLICY,
    destinations: [...destination],
    criticalProcesses: critical?.split(',') ?? [],
  });
  if (policy.success) return { image: image.data, policy: policy.data };
  const wrong = destination.find((each) => !AllowedHost.safeParse(each).success);
  throw new CommandFailure(EXIT.invalid, `"${wrong}" is no destination`, 'write host or host:port, in small letters');
};

/** Answers the command that others hang theirs below. */
export const registerPipeline = (program: Command, context: () => Context): Command => {
  const template = program.command('template').description('templates of pipelines');

  template
    .command('list')
    .description('templates, newest version of each')
    .action(async () => {
      const { client, answer } = context();
      const { body } = await (await client()).listTemplates({});
      answer(responseOf(pipelineRoutes, 'listTemplates'), body, () =>
        renderTable(
          ['name', 'version', 'for', 'lever', 'what it does'],
          body.items.map(({ name, version, use, lever, summary }) => [name, version, FOR[use], lever, summary]),
        ),
      );
    });

  template
    .command('show <name>')
    .description('one template with its parameters')
    .action(async (name: string) => {
      const { client, answer } = context();
      const { body } = await (await client()).getTemplate({ params: { name: parseTemplateName(name) } });
      answer(responseOf(pipelineRoutes, 'getTemplate'), body, () =>
        [
          renderFields([
            ['template', `${body.name} ${body.version}`],
            ['for', FOR[body.use]],
            ['signal', body.signal],
            ['lever', body.lever],
            ['keeps', body.keeps],
            ['drops', body.drops],
            ['mind', body.trap],
            ['components', body.components.map(({ id, stability }) => `${id} (${stability})`).join(', ')],
          ]),
          '',
          body.documentation,
          '',
          body.parameters.length === 0
            ? 'no parameters'
            : renderTable(
                ['parameter', 'type', 'default', 'possible', 'meaning'],
                body.parameters.map((parameter) => [
                  parameter.name,
                  parameter.type,
                  shortDefault(parameter),
                  possible(parameter),
                  parameter.description,
                ]),
              ),
        ].join('\n'),
      );
    });

  const pipeline = program.command('pipeline').description('pipelines');
  registerOwnedPipelines(pipeline, context);

  pipeline
    .command('validate <file>')
    .description('check collector settings offline; every finding with line and column; - reads standard input')
    .option('--for-cluster', 'as a cluster of Phoenix demands it: its advice becomes errors')
    .option('--destination <host>', 'host, with its port or without, that its owner allows, repeatable', collect, [])
    .option('--critical <names>', 'executables that no filter may drop, separated by commas')
    .option('--image <image>', 'collector: ours, or contrib with all components', 'ours')
    .option('--collector <program>', 'path of a collector, asked for the last word where nothing foreign would be read')
    .action((file: string, given: ValidateOptions) => {
      const { answer, say } = context();
      const text = readText(file);
      const ours = validateSettings(text, circumstancesOf(given));
      const isAsked = given.collector !== undefined && mayAskCollector(ours);
      const said = isAsked ? askCollector(given.collector, text) : undefined;
      const validity =
        said === undefined
          ? validityOf(ours)
          : validityOf(withCollectorsWord(text, ours, said), said === '' ? 'starts' : 'refuses');
      answer(Validity, validity, () => describeValidity(validity, file));
      if (!validity.isValid) process.exitCode = EXIT.findings;
      if (isAsked) return;
      if (given.collector !== undefined) say('the collector was not asked: it would have read what is refused above');
      else if (validity.isValid) say('the collector itself has the last word: --collector PROGRAM asks it');
    });

  const render = pipeline
    .command('render <template>')
    .description('print the collector settings that a template and its parameters give');
  withRenderOptions(render).action(async (name: string, given: RenderOptions) => {
    const { client, answer } = context();
    const { body } = await (await client()).renderPipeline({ body: renderWish(parseTemplateName(name), given) });
    answer(responseOf(pipelineRoutes, 'renderPipeline'), body, () => body.yaml.trimEnd());
  });

  registerRecord(pipeline, context);
  return pipeline;
};
