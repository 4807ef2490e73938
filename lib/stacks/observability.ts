import { CfnOutput, Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IWidget, Metric, Row, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { FunctionManifest } from '../../src/platform/declare/function.ts';
import { RESOURCES, type ResourceName } from '../../src/platform/resources.ts';
import { arnOfMachine, handedOn, physicalName } from '../names.ts';
import type { Stage } from '../stage.ts';
import { StageStack } from './stack.ts';

/** One dashboard for whoever is woken: the front door, the functions, what waits, what broke. Alarms live with what they watch. */
export class ObservabilityStack extends StageStack {
  constructor(scope: Construct, stage: Stage, manifests: readonly FunctionManifest[]) {
    super(scope, 'observability', stage, 'dashboard for operators');
    const dashboardName = physicalName(stage, 'operations');
    const dashboard = new Dashboard(this, 'Operations', { dashboardName, defaultInterval: Duration.hours(3) });
    dashboard.addWidgets(
      new TextWidget({
        markdown: `# Phoenix ${stage.name}\nAn alarm's text says what is wrong and where to look first.`,
        width: 24,
        height: 2,
      }),
    );
    dashboard.addWidgets(new Row(...this.#frontDoor()));
    dashboard.addWidgets(new Row(...this.#functions(manifests)));
    dashboard.addWidgets(new Row(this.#queues(), this.#machines()));
    new CfnOutput(this, 'DashboardName', { value: dashboardName });
  }

  #frontDoor(): readonly IWidget[] {
    const ofApi = (metricName: string, statistic: string): Metric =>
      new Metric({
        namespace: 'AWS/ApiGateway',
        metricName,
        statistic,
        dimensionsMap: { ApiId: handedOn(this, this.stage, 'api-id') },
      });
    return [
      graph('Requests and refusals', [ofApi('Count', 'Sum'), ofApi('4xx', 'Sum'), ofApi('5xx', 'Sum')]),
      graph('Latency (ms)', [ofApi('Latency', 'p50'), ofApi('Latency', 'p99')]),
    ];
  }

  #functions(manifests: readonly FunctionManifest[]): readonly IWidget[] {
    const ofEach = (metricName: string, statistic: string): readonly Metric[] =>
      manifests.map(
        ({ name }) =>
          new Metric({
            namespace: 'AWS/Lambda',
            metricName,
            statistic,
            label: name,
            dimensionsMap: { FunctionName: physicalName(this.stage, name) },
          }),
      );
    return [
      graph('Functions: errors', ofEach('Errors', 'Sum')),
      graph('Functions: duration (ms, p99)', ofEach('Duration', 'p99')),
    ];
  }

  #queues(): IWidget {
    const queues = (Object.keys(RESOURCES) as ResourceName[]).filter((name) => RESOURCES[name].kind === 'queue');
    return graph(
      'Queues: oldest message (s)',
      queues.map(
        (name) =>
          new Metric({
            namespace: 'AWS/SQS',
            metricName: 'ApproximateAgeOfOldestMessage',
            statistic: 'Maximum',
            label: name,
            dimensionsMap: { QueueName: physicalName(this.stage, name) },
          }),
      ),
    );
  }

  #machines(): IWidget {
    const machines = (Object.keys(RESOURCES) as ResourceName[]).filter((name) => RESOURCES[name].kind === 'machine');
    return graph(
      'Executions: started, failed, timed out',
      machines.flatMap((name) =>
        ['ExecutionsStarted', 'ExecutionsFailed', 'ExecutionsTimedOut'].map(
          (metricName) =>
            new Metric({
              namespace: 'AWS/States',
              metricName,
              statistic: 'Sum',
              dimensionsMap: { StateMachineArn: arnOfMachine(this, this.stage, name) },
            }),
        ),
      ),
    );
  }
}

const graph = (title: string, metrics: readonly Metric[]): IWidget =>
  new GraphWidget({ title, left: [...metrics], width: 12, height: 6 });
