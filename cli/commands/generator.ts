import type { Command } from 'commander';
import { stringify } from 'yaml';
import { responseOf } from '../../src/client/wire.ts';
import { pipelineRoutes } from '../../src/pipelines/contract/routes.ts';
import type { Context } from '../context.ts';
import { collect, parseTemplateName } from './parameters.ts';
import { type RenderOptions, renderWish, withRenderOptions } from './render-options.ts';

interface GenerateOptions extends RenderOptions {
  readonly name: string;
  readonly clusterName: string;
  readonly remoteWrite: string;
  readonly image: string;
  readonly nodes?: string;
  readonly address: readonly string[];
  readonly pushedFrom?: string;
  readonly awsRegion?: string;
}

/** `phoenix generator generate`: a template and a place as manifests for `kubectl apply -f -` or a repository. */
export const registerGenerator = (program: Command, context: () => Context): void => {
  const generator = program.command('generator').description('from a template to objects of a cluster');
  const generate = generator
    .command('generate <template>')
    .description('print the Kubernetes objects that a template and a place give; nothing is stored or applied');
  withRenderOptions(generate)
    .requiredOption('--name <name>', 'stands in the names of the objects')
    .requiredOption('--cluster-name <name>', 'name of the cluster on every series')
    .requiredOption('--remote-write <url>', 'where measurements are written to')
    .requiredOption('--image <image>', 'image of the collector, pinned by its digest')
    .option('--nodes <names>', 'only on these nodes, separated by commas')
    .option('--address <variable=url>', 'an address that the template needs, repeatable', collect, [])
    .option('--pushed-from <namespaces>', 'namespaces whose pods may push, separated by commas')
    .option('--aws-region <region>', 'region of a managed store that remote write is signed for')
    .action(async (template: string, given: GenerateOptions) => {
      const { client, answer } = context();
      const { body } = await (await client()).generatePipeline({
        body: {
          ...renderWish(parseTemplateName(template), given),
          ...(given.awsRegion === undefined ? {} : { remoteWriteAuth: 'sigv4' as const }),
          place: {
            name: given.name,
            clusterName: given.clusterName,
            remoteWriteUrl: given.remoteWrite,
            image: given.image,
            nodeNames: given.nodes?.split(',') ?? [],
            addresses: Object.fromEntries(given.address.map(assignment)),
            pushedFrom: given.pushedFrom?.split(',') ?? [],
            ...(given.awsRegion === undefined ? {} : { awsRegion: given.awsRegion }),
          },
        },
      });
      answer(responseOf(pipelineRoutes, 'generatePipeline'), body, () =>
        body.objects
          .map((object) => stringify(object, { lineWidth: 0, version: '1.1' }))
          .join('---\n')
          .trimEnd(),
      );
    });
};

const assignment = (text: string): readonly [string, string] => {
  const [variable = '', ...url] = text.split('=');
  return [variable, url.join('=')];
};
