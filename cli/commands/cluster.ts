import { type Command, Option } from 'commander';
import type { Client } from '../../src/client/client.ts';
import { responseOf } from '../../src/client/wire.ts';
import { clusterRoutes } from '../../src/clusters/contract/routes.ts';
import {
  type Cluster,
  ClusterChange,
  ClusterSettings,
  type PreflightCheck,
  PreflightReport,
} from '../../src/clusters/domain/cluster.ts';
import type { ExperimentView } from '../../src/experiments/contract/views.ts';
import { silenceOf } from '../../src/experiments/domain/silence.ts';
import { isCleanupOwed } from '../../src/experiments/domain/vocabulary.ts';
import { ClusterId } from '../../src/kernel/identity.ts';
import type { Operation } from '../../src/platform/declare/operation.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { followOperation } from '../follow-operation.ts';
import { readDocument } from '../read-document.ts';
import { readText } from '../read-text.ts';
import { renderCollectors } from '../render/collectors.ts';
import { renderTable } from '../render/table.ts';
import { collect } from './parameters.ts';

/** The cluster with this id or name. */
export const findCluster = async (client: Client, idOrName: string): Promise<Cluster> => {
  const id = ClusterId.safeParse(idOrName);
  if (id.success) return (await client.getCluster({ params: { clusterId: id.data } })).body;
  const { body } = await client.listClusters({ query: { limit: 100 } });
  const found = body.items.find(({ settings }) => settings.name === idOrName);
  if (found !== undefined) return found;
  const names = body.items.map(({ settings }) => settings.name).join(', ');
  throw new CommandFailure(
    EXIT.notFound,
    `no cluster is called ${idOrName}`,
    names === '' ? 'none is registered yet' : `known are: ${names}`,
  );
};

/** The cluster that is meant where none is named. */
const onlyCluster = async (client: Client): Promise<Cluster> => {
  const { body } = await client.listClusters({ query: { limit: 100 } });
  const [only, ...more] = body.items;
  if (only !== undefined && more.length === 0) return only;
  throw new CommandFailure(
    EXIT.invalid,
    only === undefined ? 'no cluster is registered yet' : 'several clusters are registered',
    only === undefined
      ? 'register one: phoenix cluster add -f FILE'
      : `name one: ${body.items.map(({ settings }) => settings.name).join(', ')}`,
  );
};

const destinationsFrom = (hosts: readonly string[]): ClusterChange => {
  const parsed = ClusterChange.safeParse({ allowedDestinations: hosts });
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw new CommandFailure(
    EXIT.invalid,
    `${hosts[Number(first?.path[1] ?? 0)] ?? ''}: ${first?.message}`,
    'write it as otlp.eu01.nr-data.net',
  );
};

/** What to say of an experiment's clusters that do not answer while something of it is there; null when they do. */
export const silenceAround = async (client: Client, view: ExperimentView): Promise<string | null> => {
  if (!isCleanupOwed(view.cleanup)) return null;
  return silenceOf(view, (await client.listClusters({ query: { limit: 100 } })).body.items);
};

/** Follows work of a worker; one that fails ends with 6 and how to ask again. */
const succeeded = async (
  api: Client,
  operation: Operation,
  { settings: { name } }: Cluster,
  { verb, say }: { readonly verb: string; readonly say: Context['say'] },
): Promise<void> => {
  const { state, problem } = await followOperation(api, operation, say);
  if (state !== 'failed') return;
  throw new CommandFailure(
    EXIT.unavailable,
    `${name}: ${problem?.message ?? 'it failed without saying why'}`,
    `settle this, then ask again: phoenix cluster ${verb} ${name}`,
  );
};

/** Has a worker ask cluster and metrics source, and prints the checklist; what is missing ends with 2, silence with 6. */
const check = async (api: Client, cluster: Cluster, { answer, say }: Context): Promise<void> => {
  const { id } = cluster;
  say(`◐ checking ${cluster.settings.name}`);
  const { body: operation } = await api.checkCluster({ params: { clusterId: id } });
  await succeeded(api, operation, cluster, { verb: 'check', say });
  const report = PreflightReport.parse((await api.getCluster({ params: { clusterId: id } })).body.preflight);
  answer(PreflightReport, report, () => report.checks.map(checkLine).join('\n'));
  if (!report.passed) process.exitCode = EXIT.invalid;
};

const checkLine = ({ passed, message, fix, severity }: PreflightCheck): string => {
  const mark = passed ? '✔' : severity === 'warning' ? '!' : '✘';
  return `${mark} ${message}${passed || fix === null ? '' : `\n    ${fix}`}`;
};

export const registerCluster = (program: Command, context: () => Context): void => {
  const cluster = program.command('cluster').description('clusters that experiments may use');

  cluster
    .command('add')
    .description('register a cluster from a YAML or JSON file')
    .requiredOption('-f, --file <file>', 'settings of the cluster; examples/clusters has some')
    .option('--wait', 'check it at once, as `cluster check` does')
    .action(async ({ file, wait }: { file: string; wait?: true }) => {
      const { client, answer, say } = context();
      const settings = readDocument(ClusterSettings, readText(file), file);
      const api = await client();
      const { body } = await api.registerCluster({ body: settings });
      say(`✔ ${body.settings.name} is registered as ${body.id}`);
      if (wait === true) return check(api, body, context());
      return answer(
        responseOf(clusterRoutes, 'registerCluster'),
        body,
        () => `see whether it can be used: phoenix cluster check ${body.settings.name}`,
      );
    });

  cluster
    .command('allow <cluster>')
    .description(
      'say anew where pipelines on a cluster may send data beside the measurement store; none without options',
    )
    .option('--destination <host>', 'a host, repeatable; those that are not named are allowed no more', collect, [])
    .action(async (idOrName: string, { destination }: { destination: readonly string[] }) => {
      const { client, answer, say } = context();
      const api = await client();
      const { id, version, settings } = await findCluster(api, idOrName);
      const body = destinationsFrom(destination);
      const { body: changed } = await api.changeCluster({ params: { clusterId: id }, ifMatch: version, body });
      const hosts = changed.settings.allowedDestinations;
      say(
        `✔ pipelines on ${settings.name} may send to ${hosts.length === 0 ? 'the measurement store alone' : hosts.join(', ')}`,
      );
      answer(responseOf(clusterRoutes, 'changeCluster'), changed, () => hosts.join('\n'));
    });

  cluster
    .command('list')
    .description('registered clusters')
    .action(async () => {
      const { client, answer } = context();
      const { body } = await (await client()).listClusters({ query: { limit: 100 } });
      answer(responseOf(clusterRoutes, 'listClusters'), body, () =>
        body.items.length === 0
          ? 'no cluster is registered yet: phoenix cluster add -f FILE'
          : [
              renderTable(
                ['id', 'name', 'kind', 'health', 'preflight'],
                body.items.map(({ id, settings, health, preflight }) => [
                  id,
                  settings.name,
                  settings.access.kind,
                  health,
                  preflight === null ? 'not yet' : preflight.passed ? 'passed' : 'findings',
                ]),
              ),
              ...body.items.flatMap(({ settings, healthMessage }) =>
                healthMessage === null ? [] : [`${settings.name}: ${healthMessage}`],
              ),
            ].join('\n'),
      );
    });

  cluster
    .command('check <cluster>')
    .description(
      'check rights, version, namespace and metrics source; exit code 2 when something blocking is found, 6 when the cluster is silent',
    )
    .option('--wait', 'changes nothing: it always waits')
    .action(async (idOrName: string) => {
      const api = await context().client();
      await check(api, await findCluster(api, idOrName), context());
    });

  cluster
    .command('nodes <cluster>')
    .description('nodes as last seen, and who holds them')
    .action(async (idOrName: string) => {
      const { client, answer } = context();
      const api = await client();
      const { id } = await findCluster(api, idOrName);
      const { body } = await api.listClusterNodes({ params: { clusterId: id } });
      answer(responseOf(clusterRoutes, 'listClusterNodes'), body, () =>
        renderTable(
          ['node', 'ready', 'held by'],
          body.items.map(({ name, ready, reservedBy }) => [name, ready ? 'yes' : 'no', reservedBy ?? '–']),
        ),
      );
    });

  cluster
    .command('discover [cluster]')
    .description(
      'find the collectors that run there, their settings and what can be done with each; it only reads, and never Secrets',
    )
    .option('--cluster <cluster>', 'the same as the argument; without either the only cluster that is registered')
    .action(async (argument: string | undefined, options: { cluster?: string }) => {
      const { client, answer, say } = context();
      const api = await client();
      const named = argument ?? options.cluster;
      const found = named === undefined ? await onlyCluster(api) : await findCluster(api, named);
      const params = { clusterId: found.id };
      say(`◐ looking for collectors on ${found.settings.name}`);
      await succeeded(api, (await api.discoverCollectors({ params })).body, found, { verb: 'discover', say });
      const { body } = await api.listCollectors({ params });
      answer(responseOf(clusterRoutes, 'listCollectors'), body, () => renderCollectors(body));
    });

  cluster
    .command('onboarding <cluster>')
    .description('what to install in the cluster')
    .addOption(new Option('--format <format>').choices(['yaml']).default('yaml'))
    .option('--discovery', 'what `cluster discover` needs beside, to look for the collectors that run there')
    .action(async (idOrName: string, { discovery }: { discovery?: true }) => {
      const { client } = context();
      const api = await client();
      const { id } = await findCluster(api, idOrName);
      const { yaml, discoveryYaml } = (await api.getClusterOnboarding({ params: { clusterId: id } })).body;
      process.stdout.write(discovery === true ? discoveryYaml : yaml);
    });
};
