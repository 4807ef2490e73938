import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { RESOURCES, TABLE_KEYS } from '../../src/platform/resources.ts';
import { physicalName } from '../names.ts';
import type { Stage } from '../stage.ts';
import { raiseAlarm } from './alarms.ts';

type TableName = {
  [N in keyof typeof RESOURCES]: (typeof RESOURCES)[N]['kind'] extends 'table' ? N : never;
}[keyof typeof RESOURCES];

export interface PhoenixTableProperties {
  readonly stage: Stage;
  readonly name: TableName;
  readonly key: IKey;
  /** `rebuildable` data is not backed up: it can be had from its source again, or dies within days anyway */
  readonly backup: 'every-second' | 'rebuildable';
}

/** A table of the registry: keys, indexes, stream and expiry come from there. Encrypted with our key, on demand. */
export class PhoenixTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, { stage, name, key, backup }: PhoenixTableProperties) {
    super(scope, id);
    const { indexes, stream, ttl } = RESOURCES[name];
    this.table = new Table(this, 'Table', {
      tableName: physicalName(stage, name),
      partitionKey: { name: TABLE_KEYS.partition, type: AttributeType.STRING },
      sortKey: { name: TABLE_KEYS.sort, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: backup === 'every-second' },
      deletionProtection: stage.keepsState && backup === 'every-second',
      removalPolicy: stage.keepsState ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...(stream ? { stream: StreamViewType.NEW_AND_OLD_IMAGES } : {}),
      ...(ttl === null ? {} : { timeToLiveAttribute: ttl }),
    });
    for (const index of indexes) {
      this.table.addGlobalSecondaryIndex({
        indexName: index,
        partitionKey: { name: `${index}pk`, type: AttributeType.STRING },
        sortKey: { name: `${index}sk`, type: AttributeType.STRING },
      });
    }
    for (const asked of ['Read', 'Write']) {
      raiseAlarm(this, `${asked}sThrottled`, stage, {
        means: `table ${name} refuses ${asked.toLowerCase()}s: a partition is hot or the account's limit is reached`,
        runbook: 'table-throttled',
        metric: this.table.metric(`${asked}ThrottleEvents`, { statistic: 'Sum' }),
        atLeast: 10,
        periods: 2,
      });
    }
  }

  /** Throws for a table without a stream: then the registry and the stack disagree. */
  get streamArn(): string {
    if (this.table.tableStreamArn === undefined) throw new Error(`table ${this.node.id} has no stream`);
    return this.table.tableStreamArn;
  }
}
