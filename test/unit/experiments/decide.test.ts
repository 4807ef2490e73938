import { describe, expect, test } from 'vitest';
import { permissionsOf, ROLES } from '../../../src/access/domain/permissions.ts';
import { allowedCommands, may, PERMISSION_FOR } from '../../../src/experiments/domain/allowed.ts';
import type { CommandType, ExperimentCommand } from '../../../src/experiments/domain/commands.ts';
import { decide } from '../../../src/experiments/domain/decide.ts';
import { evolve } from '../../../src/experiments/domain/evolve.ts';
import { Experiment } from '../../../src/experiments/domain/experiment.ts';
import { endsAtOf } from '../../../src/experiments/domain/schedule.ts';
import { mayFollow, TRANSITIONS } from '../../../src/experiments/domain/transitions.ts';
import { COMMANDS, STATES, type State } from '../../../src/experiments/domain/vocabulary.ts';
import type { Epoch } from '../../../src/kernel/identity.ts';
import { minutesAfter, secondsAfter } from '../../../src/kernel/instant.ts';
import type { CheckId } from '../../../src/truth/domain/check.ts';
import {
  ANNA,
  after,
  created,
  experimentIn,
  given,
  historyTo,
  NODES,
  T0,
  verdict,
  WORKFLOW,
} from '../../support/builders.ts';

const T1 = minutesAfter(T0, 1);
const person = { at: T1, by: ANNA };
const machine = { at: T1, by: WORKFLOW, epoch: 1 as Epoch };

const CHECK = { checkId: 'chk-0123456789ab' as CheckId, name: 'DiskFull', status: 'lost' } as const;

const commands: Record<CommandType, ExperimentCommand> = {
  start: { type: 'start', nodes: NODES, remark: null, ...person },
  retry: { type: 'retry', nodes: NODES, remark: null, ...person },
  pause: { type: 'pause', reason: 'an upgrade', ...person },
  resume: { type: 'resume', ...person },
  // while nothing is judged yet
  extend: { type: 'extend', durationSeconds: 150, ...person, at: secondsAfter(T0, 5) },
  stop: { type: 'stop', reason: 'incident', ...person },
  promote: { type: 'promote', unaccepted: [], ...person },
  'accept-check': { type: 'accept-check', check: CHECK, reason: 'nobody is called by it', ...person },
  rollback: { type: 'rollback', reason: 'a panel is empty', ...person },
  delete: { type: 'delete', ...person },
  claim: { type: 'claim', execution: 'exp-00000000000a-1', ...machine },
  provision: { type: 'provision', ...machine },
  warm: { type: 'warm', ...machine },
  measure: { type: 'measure', ...machine },
  'begin-deciding': { type: 'begin-deciding', ...machine },
  conclude: { type: 'conclude', verdict: verdict('promote'), ...machine },
  'await-approval': { type: 'await-approval', expiresAt: minutesAfter(T1, 60), ...machine },
  'begin-promotion': { type: 'begin-promotion', ...machine },
  withdraw: { type: 'withdraw', verdict: verdict('cancelled'), reason: 'stopped', ...machine },
  finalise: {
    type: 'finalise',
    promoted: false,
    cleaned: true,
    fallback: verdict('error_infrastructure'),
    reason: null,
    ...machine,
  },
  'confirm-cleanup': { type: 'confirm-cleanup', ...machine },
  'find-cleanup-overdue': { type: 'find-cleanup-overdue', ...machine },
};

const LIVE: readonly State[] = [
  'provisioning',
  'warming',
  'calibrating',
  'running',
  'paused',
  'deciding',
  'awaiting_approval',
  'promoting',
];
const TERMINAL: readonly State[] = ['promoted', 'rolled_back', 'ended'];

/** Where each command is accepted; everywhere else it is refused, and that is computed. */
const ACCEPTED: Record<CommandType, readonly State[]> = {
  start: ['draft'],
  retry: ['rolled_back', 'ended'],
  pause: ['warming', 'calibrating', 'running', 'paused'],
  resume: ['paused'],
  extend: ['warming', 'calibrating', 'running'],
  stop: ['draft', 'validating', ...LIVE],
  promote: ['awaiting_approval'],
  'accept-check': ['validating', ...LIVE, 'rolling_back'],
  rollback: ['promoted'],
  delete: ['draft', 'rolled_back', 'ended'],
  claim: ['validating'],
  provision: ['validating', 'provisioning'],
  warm: ['provisioning', 'warming'],
  measure: ['warming', 'calibrating', 'running', 'paused'],
  'begin-deciding': ['running', 'paused', 'deciding'],
  conclude: ['deciding'],
  'await-approval': ['awaiting_approval'],
  'begin-promotion': ['promoting'],
  withdraw: ['validating', ...LIVE, 'rolling_back', 'rolled_back', 'ended'],
  finalise: ['validating', ...LIVE.filter((state) => state !== 'promoting'), 'rolling_back', ...TERMINAL],
  'confirm-cleanup': TERMINAL,
  'find-cleanup-overdue': TERMINAL,
};

/** A draft has no epoch, so the epoch of a machine's command has to fit first. */
const fitting = (experiment: Experiment, command: ExperimentCommand): ExperimentCommand =>
  'epoch' in command ? { ...command, epoch: experiment.epoch } : command;

describe('every state and every command', () => {
  for (const state of STATES) {
    for (const [type, command] of Object.entries(commands) as [CommandType, ExperimentCommand][]) {
      const accepts = ACCEPTED[type].includes(state);
      test(`${state}: ${type} is ${accepts ? 'accepted' : 'refused'}`, () => {
        const experiment = experimentIn(state);
        const { events, refusal } = given(experiment).when(fitting(experiment, command));
        expect({ accepted: events !== null, code: refusal?.code ?? null }).toEqual({
          accepted: accepts,
          code: accepts ? null : refusal?.code === 'promotion-not-allowed' ? 'promotion-not-allowed' : 'state-conflict',
        });
      });
    }
  }

  test('every accepted command moves along the table of transitions and leaves a state that can be stored', () => {
    for (const state of STATES) {
      for (const command of Object.values(commands)) {
        const experiment = experimentIn(state);
        const decision = decide(experiment, fitting(experiment, command));
        if (!decision.accepted) continue;
        let before = experiment;
        for (const event of decision.value) {
          const next = evolve(before, event);
          expect(
            next.state === before.state || mayFollow(before.state, next.state),
            `${before.state} → ${next.state}`,
          ).toBe(true);
          expect(next.version).toBe(before.version + 1);
          expect(Experiment.parse(next)).toEqual(next);
          before = next;
        }
      }
    }
  });

  test('a command of a machine from another epoch is refused in every state', () => {
    for (const state of STATES) {
      for (const command of Object.values(commands)) {
        if (!('epoch' in command)) continue;
        const { refusal } = given(experimentIn(state)).when({ ...command, epoch: 7 as Epoch });
        expect(refusal?.code).toBe('stale-epoch');
      }
    }
  });
});

describe('the way through', () => {
  test('a start raises the epoch and keeps the nodes', () => {
    const { next } = given(after(created())).when(commands.start);
    expect(next).toMatchObject({
      state: 'validating',
      epoch: 1,
      life: { nodes: NODES, startedAt: T1, startedBy: ANNA },
    });
  });

  test('a retry raises the epoch again and forgets the life before', () => {
    const { next } = given(experimentIn('ended')).when(commands.retry);
    expect(next).toMatchObject({ state: 'validating', epoch: 2, life: { execution: null, stop: null } });
    expect('verdict' in next).toBe(false);
  });

  test('an execution that claims twice is taken for one; another is refused', () => {
    const claimed = given(experimentIn('validating')).when(commands.claim).next;
    expect(given(claimed).when(commands.claim).events).toEqual([]);
    expect(given(claimed).when({ ...commands.claim, execution: 'other' } as ExperimentCommand).refusal?.code).toBe(
      'state-conflict',
    );
  });

  test('the first verdict of an epoch stays', () => {
    const concluded = given(experimentIn('deciding')).when(commands.conclude).next;
    expect(
      given(concluded).when({ ...commands.conclude, verdict: verdict('abort_harm') } as ExperimentCommand).events,
    ).toEqual([]);
  });

  test('only the verdict promote is offered', () => {
    const rejected = given(experimentIn('deciding')).when({
      ...commands.conclude,
      verdict: verdict('reject_no_benefit'),
    } as ExperimentCommand).next;
    expect(given(rejected).when(commands['await-approval']).refusal?.code).toBe('state-conflict');
    const winning = given(experimentIn('deciding')).when(commands.conclude).next;
    expect(given(winning).when(commands['await-approval']).next.state).toBe('awaiting_approval');
  });

  test('a promotion begins only after a person has agreed, and in that name', () => {
    const waiting = experimentIn('awaiting_approval');
    expect(given(waiting).when(commands['begin-promotion']).refusal?.code).toBe('state-conflict');
    const agreed = given(waiting).when(commands.promote).next;
    const { next } = given(agreed).when(commands['begin-promotion']);
    expect(next).toMatchObject({ state: 'promoting', promotion: { deploymentId: 'pdep-00000000000a-1', by: ANNA } });
    expect(given(next).when({ ...commands.finalise, promoted: true } as ExperimentCommand).next.state).toBe('promoted');
  });

  test('an approval can be given until it expires, and not at that moment', () => {
    const waiting = experimentIn('awaiting_approval');
    if (waiting.state !== 'awaiting_approval') throw new Error('wrong state');
    const askedAt = (at: typeof T0) => given(waiting).when({ type: 'promote', unaccepted: [], by: ANNA, at });
    expect(askedAt(secondsAfter(waiting.expiresAt, -0.001)).events).toHaveLength(1);
    expect(askedAt(waiting.expiresAt).refusal?.code).toBe('state-conflict');
  });

  test('what people look at and nobody accepted stops a promotion, and the refusal names it', () => {
    const waiting = experimentIn('awaiting_approval');
    const refused = given(waiting).when({ type: 'promote', unaccepted: ['DiskFull (lost: gone)'], ...person });
    expect(refused.refusal).toMatchObject({
      code: 'promotion-not-allowed',
      message: expect.stringContaining('DiskFull (lost: gone)'),
      facts: { unaccepted: ['DiskFull (lost: gone)'] },
    });
  });

  test('a check is accepted once, by name, with who and why; another status of it anew', () => {
    const { next } = given(experimentIn('awaiting_approval')).when(commands['accept-check']);
    expect(next).toMatchObject({
      life: { accepted: [{ ...CHECK, by: ANNA, at: T1, reason: 'nobody is called by it' }] },
    });
    expect(given(next).when(commands['accept-check']).events).toEqual([]);
    const changed = { ...commands['accept-check'], check: { ...CHECK, status: 'not_evaluable' } } as ExperimentCommand;
    expect(given(next).when(changed).next).toMatchObject({ life: { accepted: [{ status: 'not_evaluable' }] } });
  });

  test('a lost verdict cannot be promoted, and the refusal says so', () => {
    expect(given(experimentIn('ended')).when(commands.promote).refusal).toMatchObject({
      code: 'promotion-not-allowed',
      facts: { verdict: 'inconclusive_underpowered' },
    });
  });
});

describe('pause', () => {
  const at = (seconds: number) => secondsAfter(T0, seconds);
  const pauseAt = (seconds: number): ExperimentCommand => ({
    type: 'pause',
    reason: 'an upgrade',
    at: at(seconds),
    by: ANNA,
  });
  const resumeAt = (seconds: number): ExperimentCommand => ({ type: 'resume', at: at(seconds), by: ANNA });

  test.each(['warming', 'running'] as const)('of %s is resumed to it, and remembered', (state) => {
    const paused = given(experimentIn(state)).when(pauseAt(20)).next;
    expect(paused).toMatchObject({ state: 'paused', resumesTo: state });
    const resumed = given(paused).when(resumeAt(80)).next;
    expect(resumed).toMatchObject({
      state,
      life: { pauses: [{ from: at(20), to: at(80), by: ANNA, reason: 'an upgrade' }] },
    });
  });

  test('a second pause changes nothing, and neither does the machine move where it is resumed to', () => {
    const paused = given(experimentIn('running')).when(pauseAt(20)).next;
    expect(given(paused).when(pauseAt(30)).events).toEqual([]);
    expect(given(paused).when(commands.measure).events).toEqual([]);
    const inWarmup = given(experimentIn('warming')).when(pauseAt(20)).next;
    expect(given(inWarmup).when(commands.warm).events).toEqual([]);
    expect(given(inWarmup).when(commands.measure).next).toMatchObject({ state: 'paused', resumesTo: 'running' });
  });

  test('what was settled before it is not held up', () => {
    const paused = given(experimentIn('running')).when(pauseAt(129)).next;
    expect(
      given(paused)
        .when(commands['begin-deciding'])
        .events?.map(({ type }) => type),
    ).toEqual(['resumed', 'deciding-started']);
  });

  test.each([
    ['just before its last slot ends', experimentIn('running'), 129.999, null],
    ['when its last slot has ended', experimentIn('running'), 130, 'pause-not-allowed'],
    ['while it is being stopped', given(experimentIn('running')).when(commands.stop).next, 90, 'pause-not-allowed'],
  ])('%s', (_, experiment, seconds, code) => {
    expect(given(experiment).when(pauseAt(seconds)).refusal?.code ?? null).toBe(code);
  });

  test('of what is over is told by its state, not by its slots', () => {
    expect(given(experimentIn('promoted')).when(pauseAt(9000)).refusal?.code).toBe('state-conflict');
    const extend: ExperimentCommand = { type: 'extend', durationSeconds: 150, at: at(9000), by: ANNA };
    expect(given(experimentIn('promoted')).when(extend).refusal?.code).toBe('state-conflict');
  });

  test('no more than 24 h in all', () => {
    const day = 24 * 3600;
    const once = given(given(experimentIn('running')).when(pauseAt(20)).next).when(resumeAt(20 + day - 1)).next;
    const twice = given(once).when(pauseAt(day + 60));
    expect(twice.refusal).toBeNull();
    const resumed = given(twice.next).when(resumeAt(day + 61)).next;
    expect(given(resumed).when(pauseAt(day + 70)).refusal).toMatchObject({ code: 'pause-not-allowed' });
    expect(allowedCommands(resumed, at(day + 70))).toEqual(['stop']);
  });

  test('a stop while it is paused is the only way on', () => {
    const stopped = given(given(experimentIn('running')).when(pauseAt(20)).next).when(commands.stop).next;
    expect(allowedCommands(stopped, at(90))).toEqual(['stop']);
    expect(given(stopped).when(commands.withdraw).next.state).toBe('rolling_back');
  });
});

describe('extend', () => {
  const extend = (experiment: Experiment, durationSeconds: number, seconds = 20) =>
    given(experiment).when({ type: 'extend', durationSeconds, at: secondsAfter(T0, seconds), by: ANNA });

  test('moves the horizon once, and remembers what was asked for before', () => {
    const { next } = extend(experimentIn('warming'), 200);
    expect(next).toMatchObject({
      settings: { durationSeconds: 200 },
      life: { extension: { fromSeconds: 100, by: ANNA } },
    });
    expect(endsAtOf(next)).toBe(secondsAfter(T0, 30 + 200));
    expect(extend(next, 300).refusal).toMatchObject({ code: 'extension-not-allowed' });
  });

  test.each([
    ['to twice the time', 200, null],
    ['a second more', 201, 'extension-not-allowed'],
    ['to no more than it has', 100, 'extension-not-allowed'],
  ])('%s', (_, durationSeconds, code) => {
    expect(extend(experimentIn('running'), durationSeconds).refusal?.code ?? null).toBe(code);
  });

  test('only before the first slot is judged: the choice may not depend on what was seen', () => {
    expect(extend(experimentIn('running'), 200, 39.999).refusal).toBeNull();
    expect(extend(experimentIn('running'), 200, 40).refusal).toMatchObject({
      code: 'extension-not-allowed',
      message: expect.stringContaining('its first slot is judged'),
    });
  });
});

describe('stop', () => {
  test('a draft ends at once, cancelled, with nothing to clean', () => {
    const { next } = given(experimentIn('draft')).when(commands.stop);
    expect(next).toMatchObject({ state: 'ended', cleanup: 'not_needed', verdict: { verdict: 'cancelled' } });
  });

  test('a stop while collectors are live is kept for the workflow and leads to rolled_back, not to a verdict', () => {
    const { next, events } = given(experimentIn('warming')).when(commands.stop);
    expect(events).toEqual([{ type: 'stop-requested', reason: 'incident', ...person }]);
    const withdrawn = given(next).when(commands.withdraw).next;
    expect(withdrawn).toMatchObject({ state: 'rolling_back', verdict: { verdict: 'cancelled' } });
    expect(given(withdrawn).when(commands.finalise).next).toMatchObject({ state: 'rolled_back', cleanup: 'done' });
  });

  test('a second stop changes nothing', () => {
    const stopped = given(experimentIn('running')).when(commands.stop).next;
    expect(given(stopped).when(commands.stop).events).toEqual([]);
  });

  test('a stop after a promote verdict withdraws and keeps the verdict', () => {
    const stopped = given(experimentIn('awaiting_approval')).when(commands.stop).next;
    expect(given(stopped).when(commands.finalise).next).toMatchObject({
      state: 'rolled_back',
      verdict: { verdict: 'promote' },
    });
  });
});

describe('the end', () => {
  test('what never had collectors ends; what was cut short is rolled back; what reached its horizon ends', () => {
    const ends = (state: State) => given(experimentIn(state)).when(commands.finalise).next.state;
    expect(ends('validating')).toBe('ended');
    expect(ends('running')).toBe('rolled_back');
    expect(ends('deciding')).toBe('ended');
    expect(ends('awaiting_approval')).toBe('ended');
  });

  test('objects that are left are owed, then confirmed or found overdue', () => {
    const owing = given(experimentIn('rolling_back')).when({
      ...commands.finalise,
      cleaned: false,
    } as ExperimentCommand).next;
    expect(owing).toMatchObject({ state: 'rolled_back', cleanup: 'pending' });
    expect(allowedCommands(owing, T1)).toEqual([]);
    const overdue = given(owing).when(commands['find-cleanup-overdue']).next;
    expect(overdue).toMatchObject({ cleanup: 'overdue' });
    expect(given(overdue).when(commands['confirm-cleanup']).next).toMatchObject({ cleanup: 'done' });
    expect(given(owing).when(commands.finalise).next).toMatchObject({ cleanup: 'done' });
  });

  test('an aborted experiment is cloned, not retried', () => {
    const aborted = after(
      ...historyTo('running'),
      { type: 'withdrawal-started', verdict: verdict('abort_harm'), reason: 'worse', at: T1, by: WORKFLOW },
      { type: 'rolled-back', cleanup: 'done', at: T1, by: WORKFLOW },
    );
    expect(allowedCommands(aborted, T1)).toEqual(['delete']);
  });
});

describe('evolve', () => {
  test('an event that cannot follow is our mistake, so it throws', () => {
    expect(() => evolve(experimentIn('draft'), { type: 'measuring-started', at: T1, by: WORKFLOW })).toThrow(
      'measuring-started cannot happen to exp-00000000000a while it is draft',
    );
    expect(() => evolve(experimentIn('draft'), created())).toThrow('created twice');
    expect(() => evolve(null, { type: 'deleted', at: T1, by: ANNA })).toThrow('first event');
  });

  test('nothing leaves a terminal state but a new epoch or a rollback', () => {
    expect(TRANSITIONS.promoted).toEqual(['rolling_back']);
    expect(TRANSITIONS.ended).toEqual(['validating']);
    expect(TRANSITIONS.rolled_back).toEqual(['validating']);
  });
});

describe('buttons', () => {
  test('each command needs its permission, for every role', () => {
    for (const role of ROLES) {
      for (const command of COMMANDS) {
        const view = { state: 'running' as const, allowedCommands: COMMANDS };
        expect(may(command, view, permissionsOf(role)).may).toBe(permissionsOf(role).has(PERMISSION_FOR[command]));
      }
    }
  });

  test('a refusal says who can, or why not now', () => {
    const view = { state: 'awaiting_approval' as const, allowedCommands: ['stop' as const] };
    expect(may('promote', view, permissionsOf('viewer'))).toEqual({
      may: false,
      because: 'needs the permission experiment:promote; the role experimenter has it',
    });
    expect(may('promote', view, permissionsOf('admin'))).toEqual({
      may: false,
      because: 'not possible while it is awaiting approval',
    });
  });
});
