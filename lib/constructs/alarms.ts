import { Alarm, type AlarmProps, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { arnOfAlarmTopic } from '../names.ts';
import type { Stage } from '../stage.ts';

/** Why something has no alarms: said where it is made, so that a reader meets it. */
export interface NoAlarms {
  readonly reason: string;
}
export const none = (reason: string): NoAlarms => ({ reason });

export interface Threshold {
  /** a sentence for whoever is woken: what is wrong and where to look first */
  readonly means: string;
  /** the section of docs/runbook.md about it */
  readonly runbook: string;
  readonly metric: IMetric;
  /** alarms at this value and above */
  readonly atLeast: number;
  readonly periods?: number;
}

/** An alarm that tells the stage's topic when it begins and when it is over. No data is no alarm. */
export const raiseAlarm = (scope: Construct, id: string, stage: Stage, threshold: Threshold): Alarm => {
  const properties: AlarmProps = {
    alarmDescription: `${threshold.means}; docs/runbook.md#${threshold.runbook}`,
    metric: threshold.metric,
    threshold: threshold.atLeast,
    evaluationPeriods: threshold.periods ?? 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
  const alarm = new Alarm(scope, id, properties);
  const action = new SnsAction(Topic.fromTopicArn(scope, `${id}Topic`, arnOfAlarmTopic(scope, stage)));
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
  return alarm;
};
