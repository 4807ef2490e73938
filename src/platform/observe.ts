import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Facts } from '../kernel/outcome.ts';
import { METRICS_NAMESPACE } from './resources.ts';
import type { Log, LogIds, Meter } from './run.ts';

/** One JSON line per event on standard output; values are cut so that no input can flood the log. */
export const powertoolsLog = (functionName: string): Log => fromLogger(new Logger({ serviceName: functionName }));

/** Metrics as embedded metric format, with the one dimension `service`: the function's name. */
export const powertoolsMeter = (functionName: string): Meter => {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: functionName });
  return {
    count: (name, value = 1) => {
      metrics.addMetric(name, MetricUnit.Count, value);
    },
    milliseconds: (name, value) => {
      metrics.addMetric(name, MetricUnit.Milliseconds, value);
    },
    publish: () => metrics.publishStoredMetrics(),
  };
};

const fromLogger = (logger: Logger): Log => ({
  info: (event, facts = {}) => logger.info(event, { ...cut(facts) }),
  warning: (event, facts = {}) => logger.warn(event, { ...cut(facts) }),
  failure: (event, error, facts = {}) => logger.error(event, { ...cut(facts), failure: describeError(error) }),
  remember: (ids) => logger.appendKeys({ ...ids }),
  with: (ids: LogIds) => {
    const child = logger.createChild();
    child.appendKeys({ ...ids });
    return fromLogger(child);
  },
});

const LONGEST_TEXT = 2000;

const cut = (facts: Facts): Facts =>
  Object.fromEntries(
    Object.entries(facts).map(([name, value]) => {
      const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
      return [
        name,
        text.length <= LONGEST_TEXT ? value : `${text.slice(0, LONGEST_TEXT)}… (${text.length} characters)`,
      ];
    }),
  );

/** Name, message, first lines of the stack, and the same of what caused it. */
const describeError = (error: unknown, depth = 0): Facts => {
  if (!(error instanceof Error)) return { message: String(error).slice(0, LONGEST_TEXT) };
  return {
    name: error.name,
    message: error.message.slice(0, LONGEST_TEXT),
    stack: (error.stack ?? '').slice(0, LONGEST_TEXT),
    ...(error.cause === undefined || depth >= 3 ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
};
