import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnWorkspace } from 'aws-cdk-lib/aws-aps';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { PhoenixTable } from '../constructs/phoenix-table.ts';
import { handOn, physicalName, secretName } from '../names.ts';
import { has, type Stage } from '../stage.ts';
import { StageStack } from './stack.ts';

/** Everything that is worth keeping: tables by class of permission, their keys, the keys of cursors and of service keys, a metrics store. */
export class DataStack extends StageStack {
  constructor(scope: Construct, stage: Stage) {
    super(scope, 'data', stage, 'tables, keys and secrets');
    const dataKey = this.#key('DataKey', 'what tenants store');
    const auditKey = this.#key('AuditKey', 'the audit log');

    const core = new PhoenixTable(this, 'Core', { stage, name: 'core', key: dataKey, backup: 'every-second' });
    new PhoenixTable(this, 'Samples', { stage, name: 'samples', key: dataKey, backup: 'rebuildable' });
    new PhoenixTable(this, 'Audit', { stage, name: 'audit', key: auditKey, backup: 'every-second' });
    new PhoenixTable(this, 'Ephemeral', { stage, name: 'ephemeral', key: dataKey, backup: 'rebuildable' });

    new Secret(this, 'CursorKey', {
      secretName: secretName(stage, 'cursorKey'),
      description: 'signs the cursors of lists; a new value only makes open lists begin again',
      encryptionKey: dataKey,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new Secret(this, 'KeyPepper', {
      secretName: secretName(stage, 'keyPepper'),
      description: 'under which the secrets of service keys are hashed; a new value ends every key',
      encryptionKey: dataKey,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: stage.keepsState ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    if (has(stage, 'amp')) new CfnWorkspace(this, 'Metrics', { alias: physicalName(stage, 'metrics') });

    handOn(this, stage, 'data-key-arn', dataKey.keyArn);
    handOn(this, stage, 'audit-key-arn', auditKey.keyArn);
    handOn(this, stage, 'core-stream-arn', core.streamArn);
  }

  #key(id: string, of: string): Key {
    return new Key(this, id, {
      description: `Phoenix ${this.stage.name}: ${of}`,
      enableKeyRotation: true,
      removalPolicy: this.stage.keepsState ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}
