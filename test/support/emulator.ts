import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AttributeDefinition,
  CreateTableCommand,
  DynamoDBClient,
  type KeySchemaElement,
} from '@aws-sdk/client-dynamodb';
import { awsEnvironmentOf, startEmulator } from '../../local/parts/emulator.ts';
import { makeChildren } from '../../local/processes/child.ts';
import { beginLife } from '../../local/processes/life.ts';
import { freePorts } from '../../local/processes/ports.ts';
import { ensureEmulatorPython } from '../../local/toolchain/python.ts';
import type { Clock } from '../../src/kernel/ports.ts';
import { systemClock, systemPauses } from '../../src/kernel/system.ts';
import { makeTable, type Table } from '../../src/platform/dynamodb/table.ts';
import { RESOURCES, type ResourceName } from '../../src/platform/resources.ts';
import { toolCache, toolContext } from './tools.ts';

type TableName = { [N in ResourceName]: (typeof RESOURCES)[N]['kind'] extends 'table' ? N : never }[ResourceName];

/** An AWS of a test's own: the emulator, empty, with the tables of the resource list. */
export interface TestCloud {
  readonly endpoint: string;
  readonly region: string;
  readonly dynamodb: DynamoDBClient;
  tableNameOf(table: TableName): string;
  tableOf(table: TableName, clock?: Clock): Table;
  stop(): Promise<void>;
}

const REGION = 'eu-west-1';

/**
 * Starts the emulator for one test file, or uses the one that AWS_ENDPOINT_URL names, with tables of its own. The
 * variables of AWS are set for this process, so clients made by the platform find it.
 */
export const startTestCloud = async (): Promise<TestCloud> => {
  const given = process.env['AWS_ENDPOINT_URL'];
  const { endpoint, stop } = given === undefined ? await startOwn() : { endpoint: given, stop: async () => undefined };
  Object.assign(process.env, awsEnvironmentOf(endpoint, REGION));
  const dynamodb = new DynamoDBClient({ maxAttempts: 1 });
  const prefix = `test-${process.pid}-${performance.now().toFixed(0)}`;
  const tableNameOf = (table: TableName): string => `${prefix}-${table}`;
  const tables = Object.entries(RESOURCES).flatMap(([name, resource]) =>
    resource.kind === 'table' ? [{ name: tableNameOf(name as TableName), indexes: resource.indexes }] : [],
  );
  for (const { name, indexes } of tables) await createTable(dynamodb, name, indexes);
  return {
    endpoint,
    region: REGION,
    dynamodb,
    tableNameOf,
    tableOf: (table, clock = systemClock) =>
      makeTable({ client: dynamodb, tableName: tableNameOf(table), clock, pauses: systemPauses }),
    stop: async () => {
      dynamodb.destroy();
      await stop();
    },
  };
};

const startOwn = async (): Promise<{ readonly endpoint: string; readonly stop: () => Promise<void> }> => {
  const python = await ensureEmulatorPython(toolCache(), toolContext());
  const stateFolder = mkdtempSync(join(tmpdir(), 'phoenix-cloud-'));
  const life = await beginLife(stateFolder);
  const children = makeChildren(life);
  const [port = 0] = await freePorts(1);
  const { endpoint } = await startEmulator(children, { python, port, region: REGION, stateFolder });
  return {
    endpoint,
    stop: async () => {
      await children.stopAll();
      life.end();
      rmSync(stateFolder, { recursive: true, force: true });
    },
  };
};

const createTable = async (client: DynamoDBClient, name: string, indexes: readonly string[]): Promise<void> => {
  const keys = ['', ...indexes].flatMap((index) => [`${index}pk`, `${index}sk`]);
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((key): AttributeDefinition => ({ AttributeName: key, AttributeType: 'S' })),
      KeySchema: keySchema(''),
      ...(indexes.length === 0
        ? {}
        : {
            GlobalSecondaryIndexes: indexes.map((index) => ({
              IndexName: index,
              KeySchema: keySchema(index),
              Projection: { ProjectionType: 'ALL' as const },
            })),
          }),
    }),
  );
};

const keySchema = (index: string): KeySchemaElement[] => [
  { AttributeName: `${index}pk`, KeyType: 'HASH' },
  { AttributeName: `${index}sk`, KeyType: 'RANGE' },
];
