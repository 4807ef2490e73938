import { describeDuration } from '../../kernel/duration.ts';
import type { EventDraft } from '../../platform/declare/event.ts';
import { draftEvent } from '../../platform/declare/event.ts';
import { experimentEvents } from '../contract/events.ts';
import type { ExperimentEvent } from '../domain/events.ts';
import { type Experiment, promotionOf, verdictOf } from '../domain/experiment.ts';

type Definition<T extends string> = Extract<(typeof experimentEvents)[number], { type: T }>;
const definitionOf = <const T extends (typeof experimentEvents)[number]['type']>(type: T): Definition<T> => {
  const found = experimentEvents.find((definition) => definition.type === type);
  if (found === undefined) throw new Error(`no event is called ${type}`);
  return found as Definition<T>;
};

/** What is said on the bus about one event of the domain: every change of state, and what it means. */
export const announcementsOf = (
  before: Experiment | null,
  event: ExperimentEvent,
  after: Experiment,
): readonly EventDraft[] => [
  ...signalOf(after, event),
  ...verdictOfChange(before, after),
  ...transitionOf(before, event, after),
  ...meaningOf(event, after),
];

const signalOf = ({ id: experimentId, state }: Experiment, event: ExperimentEvent): readonly EventDraft[] => {
  const signal = (name: 'pause' | 'resume' | 'extend' | 'stop' | 'promote' | 'rollback', reason: string) => [
    draftEvent(definitionOf('control.signal_received'), { experimentId, signal: name, reason }),
  ];
  if (event.type === 'paused') return signal('pause', event.reason);
  if (event.type === 'resumed') return signal('resume', 'resumed');
  if (event.type === 'extended') {
    return signal('extend', `measures ${describeDuration(event.durationSeconds)} in all`);
  }
  if (event.type === 'stop-requested') return signal('stop', event.reason);
  if (event.type === 'approved') return signal('promote', event.reason);
  // by a person it is the way back after a promotion; by a machine it is on its way already
  if (event.type === 'withdrawal-started' && event.by.kind === 'user' && state === 'rolling_back') {
    return signal('rollback', event.reason);
  }
  return [];
};

const verdictOfChange = (before: Experiment | null, after: Experiment): readonly EventDraft[] => {
  const verdict = verdictOf(after);
  if (verdict === null || (before !== null && before.epoch === after.epoch && verdictOf(before) !== null)) return [];
  return [
    draftEvent(definitionOf('experiment.verdict_reached'), {
      experimentId: after.id,
      verdict: verdict.verdict,
      sentence: verdict.sentence,
    }),
  ];
};

const transitionOf = (before: Experiment | null, event: ExperimentEvent, after: Experiment): readonly EventDraft[] =>
  before !== null && before.state === after.state
    ? []
    : [
        draftEvent(definitionOf('experiment.state_changed'), {
          experimentId: after.id,
          from: before?.state ?? null,
          to: after.state,
          reason: causeOf(event),
        }),
      ];

/** Why it moved, for the timeline. */
const causeOf = (event: ExperimentEvent): string => {
  switch (event.type) {
    case 'created':
      return 'created';
    case 'started':
      return event.remark === null ? `started, epoch ${event.epoch}` : `started, epoch ${event.epoch}, ${event.remark}`;
    case 'provisioning-started':
      return 'checked and planned; the collectors are being applied';
    case 'warmup-started':
      return 'every collector of both variants is ready';
    case 'measuring-started':
      return 'the warm-up is over';
    case 'paused':
      return event.reason;
    case 'resumed':
      return 'resumed';
    case 'deciding-started':
      return 'the horizon is reached';
    case 'approval-awaited':
      return 'the verdict is promote; a person decides';
    case 'promotion-started':
      return 'the winner is being rolled out';
    case 'promoted':
      return 'the winner is deployed and ready';
    case 'withdrawal-started':
      return event.reason;
    case 'rolled-back':
      return event.cleanup === 'done' ? 'nothing of it is left on the clusters' : 'objects are still on a cluster';
    case 'ended':
      return event.reason ?? event.verdict.sentence;
    case 'stop-requested':
    case 'approved':
    case 'check-accepted':
      return event.reason;
    case 'extended':
    case 'claimed':
    case 'verdict-reached':
    case 'cleanup-changed':
    case 'deleted':
      return event.type;
  }
};

const meaningOf = (event: ExperimentEvent, after: Experiment): readonly EventDraft[] => {
  const experimentId = after.id;
  switch (event.type) {
    case 'created':
      return [draftEvent(definitionOf('experiment.created'), { experimentId, name: after.settings.name })];
    case 'started':
      return [draftEvent(definitionOf('experiment.started'), { experimentId, epoch: event.epoch })];
    case 'check-accepted':
      return [
        draftEvent(definitionOf('experiment.check_accepted'), {
          ...{ experimentId, state: after.state },
          ...event.check,
          reason: event.reason,
        }),
      ];
    case 'promoted':
      return [
        draftEvent(definitionOf('experiment.promoted'), {
          experimentId,
          deploymentId: promotionOf(after)?.deploymentId ?? '',
        }),
        completed(after),
      ];
    case 'rolled-back':
      return [
        draftEvent(definitionOf('experiment.rolled_back'), {
          experimentId,
          reason: 'reason' in after && after.reason !== null ? after.reason : 'withdrawn',
        }),
        endingOf(after),
      ];
    case 'ended':
      return [endingOf(after)];
    case 'cleanup-changed':
      return [
        draftEvent(
          definitionOf('experiment.cleanup_changed'),
          { experimentId, cleanup: event.cleanup },
          event.cleanup === 'overdue' ? 'error' : 'info',
        ),
      ];
    case 'deleted':
      return [draftEvent(definitionOf('experiment.deleted'), { experimentId })];
    default:
      return [];
  }
};

const endingOf = (after: Experiment): EventDraft => {
  const verdict = verdictOf(after);
  const reason = verdict?.sentence ?? 'it ended';
  if (verdict?.verdict === 'cancelled') {
    return draftEvent(definitionOf('experiment.cancelled'), { experimentId: after.id, reason });
  }
  if (verdict?.verdict === 'error_infrastructure') {
    return draftEvent(definitionOf('experiment.failed'), { experimentId: after.id, reason }, 'error');
  }
  return completed(after);
};

const completed = (after: Experiment): EventDraft =>
  draftEvent(definitionOf('experiment.completed'), {
    experimentId: after.id,
    verdict: verdictOf(after)?.verdict ?? null,
  });
