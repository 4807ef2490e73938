import { accept, type Outcome } from '../../kernel/outcome.ts';
import { type Destination, exporterOf, SECRET_ENVIRONMENT } from './destination.ts';
import { type ParameterRefusal, refuseAll } from './parameters.ts';
import { mergeSettings, type Settings, settingsAt } from './settings-tree.ts';
import type { PipelineNeeds, Template } from './template.ts';
import { pipelinesOf } from './validation/wiring.ts';

interface Sent {
  readonly settings: Settings;
  readonly says: Readonly<Record<string, string>>;
  readonly secrets: PipelineNeeds['secrets'];
}

/** Settings whose pipelines end in these destinations as well, beside where they ended before. */
export const sendAlsoTo = (
  settings: Settings,
  destinations: readonly Destination[],
  { name, use, signal }: Pick<Template, 'name' | 'use' | 'signal'>,
  slowestIntervalSeconds: number,
): Outcome<Sent, ParameterRefusal> => {
  if (destinations.length === 0) return accept({ settings, says: {}, secrets: [] });
  const faults = destinations.flatMap(({ kind }, index) => {
    const earlier = destinations.slice(0, index).some((other) => other.kind === kind);
    const message = earlier
      ? `there are two destinations of the kind ${kind}; a collector has one of each`
      : use === 'pre_check'
        ? `template ${name} writes both variants, and only to the measurement store`
        : signal !== 'metrics' && kind === 'prometheus_remote_write'
          ? `remote write takes metrics, and template ${name} has ${signal}`
          : undefined;
    return message === undefined ? [] : [{ pointer: `/destinations/${index}`, code: 'destination-invalid', message }];
  });
  if (faults.length > 0) return refuseAll(faults, { template: name });
  return accept(
    destinations.reduce<Sent>((sent, destination) => also(sent, destination, signal, slowestIntervalSeconds), {
      settings,
      says: { prometheus_remote_write: 'What is left goes to the measurement store.' },
      secrets: [],
    }),
  );
};

const also = (
  { settings, says, secrets }: Sent,
  destination: Destination,
  signal: Template['signal'],
  slowestIntervalSeconds: number,
): Sent => {
  const exporter = exporterOf(destination);
  const isTurned = exporter.wantsDelta && signal === 'metrics';
  const [, name = ''] = exporter.id.split('/');
  const way = `forward/${name}`;
  const turned = `cumulative_to_delta/${name}`;
  const added: Settings = {
    exporters: { [exporter.id]: exporter.settings },
    service: {
      pipelines: {
        ...endingIn(settings, isTurned ? way : exporter.id),
        ...(isTurned
          ? { [`metrics/${name}`]: { receivers: [way], processors: [turned], exporters: [exporter.id] } }
          : {}),
      },
    },
    ...(isTurned
      ? {
          connectors: { [way]: {} },
          processors: { [turned]: { max_staleness: `${Math.max(600, 5 * slowestIntervalSeconds)}s` } },
        }
      : {}),
  };
  return {
    settings: mergeSettings(settings, added),
    says: {
      ...says,
      [exporter.id]: exporter.sentence,
      ...(isTurned
        ? {
            [way]: 'The same data goes a second way.',
            [turned]: 'On that way counters become what changed since the last point, as the destination wants it.',
          }
        : {}),
    },
    secrets:
      exporter.secret === undefined
        ? secrets
        : [...secrets, { variable: SECRET_ENVIRONMENT[destination.kind], secret: exporter.secret }],
  };
};

/** Every pipeline that leaves the collector, with one more exporter. Those that were added for a destination have theirs. */
const endingIn = (settings: Settings, id: string): Settings => {
  const isOfDestination = (key: string) =>
    Object.hasOwn(settingsAt(settings, 'connectors'), `forward/${key.split('/')[1]}`);
  return Object.fromEntries(
    pipelinesOf(settings).flatMap(({ key, parts: { exporters } }) => {
      const leaves = exporters.some((each) => Object.hasOwn(settingsAt(settings, 'exporters'), each));
      return leaves && !isOfDestination(key) ? [[key, { exporters: [...exporters, id] }]] : [];
    }),
  );
};
