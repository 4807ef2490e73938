import type { Epoch } from '../../kernel/identity.ts';
import type { EventOf, ExperimentEvent } from './events.ts';
import { type Experiment, type ExperimentIn, type Life, lifeOf } from './experiment.ts';

/**
 * The state after an event. It never guesses, never reads a clock and never refuses: an event that cannot follow
 * means that we, not the user, are wrong, so it throws.
 */
export const evolve = (experiment: Experiment | null, event: ExperimentEvent): Experiment => {
  if (event.type === 'created') return created(experiment, event);
  if (experiment === null) throw new Error(`the first event must be created, not ${event.type}`);
  const moved = { version: experiment.version + 1, updatedAt: event.at, enteredAt: event.at };
  const stayed = { version: experiment.version + 1, updatedAt: event.at };
  switch (event.type) {
    case 'started': {
      const { state: _, ...rest } = inOneOf(experiment, event, ['draft', 'ended', 'rolled_back']);
      return { ...alwaysOf(rest), ...moved, epoch: event.epoch, state: 'validating', life: lifeFrom(event) };
    }
    case 'claimed': {
      const before = inOneOf(experiment, event, ['validating']);
      return { ...before, ...stayed, life: { ...before.life, execution: event.execution } };
    }
    case 'provisioning-started':
      return { ...inOneOf(experiment, event, ['validating']), ...moved, state: 'provisioning' };
    case 'warmup-started':
      return {
        ...inOneOf(experiment, event, ['provisioning']),
        ...moved,
        state: 'warming',
        slotsFrom: event.at,
      };
    case 'measuring-started': {
      const before = inOneOf(experiment, event, ['warming', 'calibrating', 'paused']);
      return before.state === 'paused'
        ? { ...before, ...stayed, resumesTo: 'running' }
        : { ...before, ...moved, state: 'running' };
    }
    case 'paused': {
      const before = inOneOf(experiment, event, ['warming', 'calibrating', 'running']);
      const pause = { from: event.at, to: null, by: event.by, reason: event.reason };
      const life = { ...before.life, pauses: [...before.life.pauses, pause] };
      return { ...before, ...moved, state: 'paused', life, resumesTo: before.state };
    }
    case 'resumed': {
      const { resumesTo, ...before } = inOneOf(experiment, event, ['paused']);
      const pauses = before.life.pauses.map((pause) => ({ ...pause, to: pause.to ?? event.at }));
      return { ...before, ...moved, state: resumesTo, life: { ...before.life, pauses } };
    }
    case 'extended': {
      const { durationSeconds, at, by } = event;
      const extension = { at, by, fromSeconds: experiment.settings.durationSeconds };
      const settings = { ...experiment.settings, durationSeconds };
      return withLife({ ...experiment, settings }, event, stayed, { extension });
    }
    case 'deciding-started':
      return { ...inOneOf(experiment, event, ['running']), ...moved, state: 'deciding', verdict: null };
    case 'verdict-reached':
      return { ...inOneOf(experiment, event, ['deciding']), ...stayed, verdict: event.verdict };
    case 'approval-awaited': {
      const before = inOneOf(experiment, event, ['deciding']);
      if (before.verdict === null) throw new Error('approval awaited before there is a verdict');
      return {
        ...before,
        ...moved,
        state: 'awaiting_approval',
        verdict: before.verdict,
        expiresAt: event.expiresAt,
        approval: null,
      };
    }
    case 'approved': {
      const approval = { by: event.by, at: event.at, reason: event.reason };
      return { ...inOneOf(experiment, event, ['awaiting_approval']), ...stayed, approval };
    }
    case 'promotion-started': {
      const { approval: _, expiresAt: __, ...rest } = inOneOf(experiment, event, ['awaiting_approval']);
      const promotion = { deploymentId: event.deploymentId, at: event.at, by: event.by };
      return { ...rest, ...moved, state: 'promoting', promotion };
    }
    case 'promoted':
      return {
        ...inOneOf(experiment, event, ['promoting']),
        ...moved,
        state: 'promoted',
        completedAt: event.at,
        cleanup: event.cleanup,
        reason: null,
      };
    case 'check-accepted': {
      const accepted = { ...event.check, by: event.by, at: event.at, reason: event.reason };
      const others = (lifeOf(experiment)?.accepted ?? []).filter(({ checkId }) => checkId !== accepted.checkId);
      return withLife(experiment, event, stayed, { accepted: [...others, accepted] });
    }
    case 'stop-requested':
      return withLife(experiment, event, stayed, {
        stop: { by: event.by, at: event.at, reason: event.reason },
      });
    case 'withdrawal-started':
      return withdrawn(experiment, event, moved);
    case 'rolled-back': {
      const before = inOneOf(experiment, event, ['rolling_back']);
      return { ...before, ...moved, state: 'rolled_back', completedAt: event.at, cleanup: event.cleanup };
    }
    case 'ended': {
      const before = inOneOf(experiment, event, ['draft', 'validating', 'deciding', 'awaiting_approval']);
      return {
        ...alwaysOf(before),
        ...moved,
        state: 'ended',
        life: 'life' in before ? before.life : null,
        slotsFrom: 'slotsFrom' in before ? before.slotsFrom : null,
        verdict: event.verdict,
        completedAt: event.at,
        cleanup: event.cleanup,
        reason: event.reason,
      };
    }
    case 'cleanup-changed': {
      const before = inOneOf(experiment, event, ['promoted', 'rolled_back', 'ended']);
      return { ...before, ...stayed, cleanup: event.cleanup };
    }
    case 'deleted':
      return { ...experiment, ...stayed };
  }
};

const created = (experiment: Experiment | null, event: EventOf<'created'>): Experiment => {
  if (experiment !== null) throw new Error(`${event.id} was created twice`);
  return {
    state: 'draft',
    id: event.id,
    tenantId: event.tenantId,
    version: 1,
    epoch: 0 as Epoch,
    settings: event.settings,
    createdAt: event.at,
    createdBy: event.by,
    updatedAt: event.at,
    enteredAt: event.at,
  };
};

const lifeFrom = (event: EventOf<'started'>): Life => ({
  startedAt: event.at,
  startedBy: event.by,
  nodes: [...event.nodes],
  remark: event.remark,
  execution: null,
  stop: null,
  pauses: [],
  extension: null,
  accepted: [],
});

const withLife = (
  experiment: Experiment,
  event: ExperimentEvent,
  stayed: { readonly version: number; readonly updatedAt: ExperimentEvent['at'] },
  change: Partial<Life>,
): Experiment => {
  if (!('life' in experiment) || experiment.life === null) throw new Error(impossible(experiment, event));
  return { ...experiment, ...stayed, life: { ...experiment.life, ...change } } as Experiment;
};

const withdrawn = (
  experiment: Experiment,
  event: EventOf<'withdrawal-started'>,
  moved: {
    readonly version: number;
    readonly updatedAt: ExperimentEvent['at'];
    readonly enteredAt: ExperimentEvent['at'];
  },
): Experiment => {
  if (!('life' in experiment) || experiment.life === null) throw new Error(impossible(experiment, event));
  return {
    ...alwaysOf(experiment),
    ...moved,
    state: 'rolling_back',
    life: experiment.life,
    slotsFrom: 'slotsFrom' in experiment ? experiment.slotsFrom : null,
    verdict: event.verdict,
    promotion: 'promotion' in experiment ? experiment.promotion : null,
    reason: event.reason,
  };
};

const alwaysOf = (experiment: Omit<Experiment, 'state'>) => ({
  id: experiment.id,
  tenantId: experiment.tenantId,
  version: experiment.version,
  epoch: experiment.epoch,
  settings: experiment.settings,
  createdAt: experiment.createdAt,
  createdBy: experiment.createdBy,
});

const inOneOf = <const S extends Experiment['state']>(
  experiment: Experiment,
  event: ExperimentEvent,
  states: readonly S[],
): ExperimentIn<S> => {
  if (!(states as readonly string[]).includes(experiment.state)) throw new Error(impossible(experiment, event));
  return experiment as ExperimentIn<S>;
};

const impossible = (experiment: Experiment, event: ExperimentEvent): string =>
  `${event.type} cannot happen to ${experiment.id} while it is ${experiment.state}`;
