import type { Command } from 'commander';
import * as z from 'zod';
import { responseOf } from '../../src/client/wire.ts';
import { pipelineRoutes } from '../../src/pipelines/contract/routes.ts';
import { Finding } from '../../src/pipelines/domain/validation/finding.ts';
import { validateSettings } from '../../src/pipelines/domain/validation/validate-settings.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readText } from '../read-text.ts';
import { describeFindings } from '../render/findings.ts';
import { renderFields, renderTable } from '../render/table.ts';
import { registerOwnedPipelines } from './owned-pipelines.ts';
import { collect, parseParameters, parseTemplateName } from './parameters.ts';

const PipelineFindings = z.strictObject({ isValid: z.boolean(), findings: z.array(Finding) });

export const registerPipeline = (program: Command, context: () => Context): void => {
  const template = program.command('template').description('templates of pipelines');

  template
    .command('list')
    .description('templates, newest version of each')
    .action(async () => {
      const { client, answer } = context();
      const { body } = await (await client()).listTemplates({});
      answer(responseOf(pipelineRoutes, 'listTemplates'), body, () =>
        renderTable(
          ['name', 'version', 'lever', 'what it does'],
          body.items.map(({ name, version, lever, summary }) => [name, version, lever, summary]),
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
            ['lever', body.lever],
            ['components', body.components.map(({ id, stability }) => `${id} (${stability})`).join(', ')],
          ]),
          '',
          body.documentation,
          '',
          body.parameters.length === 0
            ? 'no parameters'
            : renderTable(
                ['parameter', 'type', 'default', 'meaning'],
                body.parameters.map((parameter) => [
                  parameter.name,
                  parameter.type,
                  String(parameter.default),
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
    .action((file: string) => {
      const { answer, say } = context();
      const findings = validateSettings(readText(file));
      const errors = findings.filter(({ severity }) => severity === 'error').length;
      answer(PipelineFindings, { isValid: errors === 0, findings: [...findings] }, () =>
        describeFindings(findings, file),
      );
      if (errors > 0) process.exitCode = EXIT.findings;
      else say('settings of single components and OTTL are not checked here: `otelcol validate` has the last word');
    });

  pipeline
    .command('render <template>')
    .description('print the collector settings that a template and its parameters give')
    .option('--param <name=value>', 'parameter, repeatable', collect, [])
    .option('--critical <names>', 'executables that must stay visible, separated by commas')
    .option('--interval <seconds>', 'collection interval', Number, 60)
    .action(async (name: string, given: { param: readonly string[]; critical?: string; interval: number }) => {
      const { client, answer } = context();
      const { body } = await (await client()).renderPipeline({
        body: {
          template: parseTemplateName(name),
          parameters: parseParameters(given.param),
          criticalProcesses: given.critical?.split(',') ?? [],
          collectionIntervalSeconds: given.interval,
        },
      });
      answer(responseOf(pipelineRoutes, 'renderPipeline'), body, () => body.yaml.trimEnd());
    });
};
