import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Client } from '../../src/client/client.ts';
import { responseOf } from '../../src/client/wire.ts';
import { clusterRoutes } from '../../src/clusters/contract/routes.ts';
import { type Cluster, ClusterSettings, PreflightReport } from '../../src/clusters/domain/cluster.ts';
import { ClusterId } from '../../src/kernel/identity.ts';
import type { Operation } from '../../src/platform/declare/operation.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { readDocument } from '../read-document.ts';
import { renderTable } from '../render/table.ts';

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

const settled = async (client: Client, operation: Operation): Promise<Operation> => {
  for (let attempt = 0; attempt < 120; attempt += 1) {
    const { body } = await client.getOperation({ params: { operationId: operation.id } });
    if (body.state === 'succeeded' || body.state === 'failed') return body;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new CommandFailure(
    EXIT.unavailable,
    'no worker has answered for two minutes',
    `look again later: operation ${operation.id}`,
  );
};

export const registerCluster = (program: Command, context: () => Context): void => {
  const cluster = program.command('cluster').description('clusters that experiments may use');

  cluster
    .command('add')
    .description('register a cluster from a YAML or JSON file')
    .requiredOption('-f, --file <file>', 'settings of the cluster; examples/clusters has some')
    .action(async ({ file }: { file: string }) => {
      const { client, answer } = context();
      const { body } = await (await client()).registerCluster({
        body: readDocument(ClusterSettings, readFileSync(file, 'utf8'), file),
      });
      answer(
        responseOf(clusterRoutes, 'registerCluster'),
        body,
        () => `✔ ${body.settings.name} is registered as ${body.id}`,
      );
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
          : renderTable(
              ['id', 'name', 'kind', 'health', 'preflight'],
              body.items.map(({ id, settings, health, preflight }) => [
                id,
                settings.name,
                settings.access.kind,
                health,
                preflight === null ? 'not yet' : preflight.passed ? 'passed' : 'findings',
              ]),
            ),
      );
    });

  cluster
    .command('check <cluster>')
    .description('check rights, version, namespace and metrics source; exit code 2 when something blocking is found')
    .action(async (idOrName: string) => {
      const { client, answer, say } = context();
      const api = await client();
      const { id, settings } = await findCluster(api, idOrName);
      say(`◐ a worker looks at ${settings.name}`);
      const operation = await settled(api, (await api.checkCluster({ params: { clusterId: id } })).body);
      if (operation.state === 'failed' || operation.result === null) {
        throw new CommandFailure(
          EXIT.unavailable,
          operation.problem?.message ?? 'the check failed',
          'see `phoenix cluster list`',
        );
      }
      const report = PreflightReport.parse((await api.getCluster({ params: { clusterId: id } })).body.preflight);
      answer(PreflightReport, report, () =>
        report.checks
          .map(
            ({ passed, message, fix, severity }) =>
              `${passed ? '✔' : severity === 'warning' ? '!' : '✘'} ${message}${passed || fix === null ? '' : `\n    ${fix}`}`,
          )
          .join('\n'),
      );
      if (!report.passed) process.exitCode = EXIT.invalid;
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
    .command('onboarding <cluster>')
    .description('what to install in the cluster')
    .addOption(new Option('--format <format>').choices(['yaml']).default('yaml'))
    .action(async (idOrName: string) => {
      const { client } = context();
      const api = await client();
      const { id } = await findCluster(api, idOrName);
      process.stdout.write((await api.getClusterOnboarding({ params: { clusterId: id } })).body.yaml);
    });
};
