import type { ExperimentCommand, WorkflowCommand } from '../../src/experiments/domain/commands.ts';
import { decide } from '../../src/experiments/domain/decide.ts';
import { evolve } from '../../src/experiments/domain/evolve.ts';
import {
  type Experiment,
  isActive,
  isTerminal,
  lifeOf,
  placeOf,
  verdictOf,
} from '../../src/experiments/domain/experiment.ts';
import { mayFollow } from '../../src/experiments/domain/transitions.ts';
import type { Verdict } from '../../src/experiments/domain/verdict.ts';
import { isCleanupOwed } from '../../src/experiments/domain/vocabulary.ts';
import { secondsAfter } from '../../src/kernel/instant.ts';
import { ANNA, after, created, NODES, T0, verdict, WORKFLOW } from './builders.ts';

// The protocol of a life, every interleaving of it: machines that take a step, take it twice or die after it or before
// it, a janitor that starts another one, and a person who signals at any moment. Time stands still: what a clock decides
// (warm-up over, horizon reached, offer expired, a limit crossed) may happen at any time.

type Step =
  | 'claim'
  | 'provision'
  | 'warm'
  | 'Warmup'
  | 'measure'
  | 'Observe'
  | 'begin-deciding'
  | 'conclude'
  | 'await-approval'
  | 'AwaitApproval'
  | 'begin-promotion'
  | 'finalise-promoted'
  | 'withdraw'
  | 'finalise';

interface Run {
  readonly epoch: number;
  readonly at: Step;
}

interface Model {
  readonly experiment: Experiment;
  readonly runs: readonly Run[];
  readonly signals: number;
  readonly crashes: number;
  readonly recoveries: number;
  /** terminal states that were entered, by epoch */
  readonly ends: Readonly<Record<number, readonly string[]>>;
  /** promises that were broken, in words; shared by everything that was explored */
  readonly broken: Set<string>;
}

const AT = secondsAfter(T0, 5);
const NEXT: Readonly<Record<Step, Step | null>> = {
  claim: 'provision',
  provision: 'warm',
  warm: 'Warmup',
  Warmup: 'measure',
  measure: 'Observe',
  Observe: 'begin-deciding',
  'begin-deciding': 'conclude',
  conclude: 'await-approval',
  'await-approval': 'AwaitApproval',
  AwaitApproval: 'begin-promotion',
  'begin-promotion': 'finalise-promoted',
  'finalise-promoted': null,
  withdraw: 'finalise',
  finalise: null,
};

const commandOf = (step: Step, epoch: number, known: Verdict | null): WorkflowCommand | null => {
  const said = { at: AT, by: WORKFLOW, epoch: epoch as WorkflowCommand['epoch'] };
  const finalise = {
    type: 'finalise' as const,
    cleaned: true,
    fallback: verdict('error_infrastructure'),
    reason: null,
  };
  switch (step) {
    case 'claim':
      return { type: 'claim', execution: `run-${epoch}`, ...said };
    case 'conclude':
      // judged anew it might come out otherwise, and the first one has to stay
      return { type: 'conclude', verdict: verdict(known === null ? 'promote' : 'reject_no_benefit'), ...said };
    case 'await-approval':
      return { type: 'await-approval', expiresAt: secondsAfter(AT, 3600), ...said };
    case 'withdraw':
      return { type: 'withdraw', verdict: verdict('cancelled'), reason: 'put back', ...said };
    case 'finalise':
      return { ...finalise, promoted: false, ...said };
    case 'finalise-promoted':
      return { ...finalise, promoted: true, ...said };
    case 'provision':
    case 'warm':
    case 'measure':
    case 'begin-deciding':
    case 'begin-promotion':
      return { type: step, ...said };
    case 'Warmup':
    case 'Observe':
    case 'AwaitApproval':
      return null;
  }
};

/** Where a run may go after a wait; none: it goes on waiting. */
const waysOut = (step: Step, { experiment }: Model, epoch: number): readonly Step[] => {
  if (experiment.epoch !== epoch) return ['withdraw'];
  if (lifeOf(experiment)?.stop != null) return ['withdraw'];
  if (experiment.state === 'paused') return ['withdraw'];
  switch (step) {
    case 'Warmup':
      return placeOf(experiment) === 'warming' ? ['measure', 'withdraw'] : ['withdraw'];
    case 'Observe':
      return placeOf(experiment) === 'running' ? ['begin-deciding', 'withdraw'] : ['withdraw'];
    case 'AwaitApproval': {
      const isApproved = experiment.state === 'awaiting_approval' && experiment.approval !== null;
      return isApproved ? ['begin-promotion', 'withdraw'] : ['finalise', 'withdraw'];
    }
    default:
      return [];
  }
};

const changed = (model: Model, command: ExperimentCommand): Model | null => {
  const decision = decide(model.experiment, command);
  if (!decision.accepted) return null;
  let { experiment, ends } = model;
  for (const event of decision.value) {
    const next = evolve(experiment, event);
    const known = verdictOf(experiment);
    const told = verdictOf(next);
    if (next.state !== experiment.state) {
      if (!mayFollow(experiment.state, next.state)) model.broken.add(`${experiment.state} → ${next.state}`);
      if (isTerminal(next)) ends = { ...ends, [next.epoch]: [...(ends[next.epoch] ?? []), next.state] };
    }
    if (known !== null && next.epoch === experiment.epoch && told?.verdict !== known.verdict) {
      model.broken.add(`verdict ${known.verdict} became ${told?.verdict}`);
    }
    if ('epoch' in command && command.epoch !== experiment.epoch) model.broken.add(`${command.type} of a stale run`);
    experiment = next;
  }
  return { ...model, experiment, ends };
};

/** What a run does next, and where it is then; nothing: it ends. */
const stepsOf = (model: Model, run: Run): readonly { readonly model: Model; readonly to: Step | null }[] => {
  const command = commandOf(run.at, run.epoch, verdictOf(model.experiment));
  if (command === null) return waysOut(run.at, model, run.epoch).map((to) => ({ model, to }));
  const hasStop = lifeOf(model.experiment)?.stop != null && model.experiment.epoch === run.epoch;
  if (hasStop && HEARS_STOP.includes(run.at)) return [{ model, to: 'withdraw' }];
  const next = changed(model, command);
  if (next !== null) return [{ model: next, to: NEXT[run.at] }];
  // what is refused is put back; what cannot even be finalised breaks, and the janitor comes
  return [
    {
      model,
      to: run.at === 'claim' || run.at.startsWith('finalise') ? null : run.at === 'withdraw' ? 'finalise' : 'withdraw',
    },
  ];
};

const HEARS_STOP: readonly Step[] = ['claim', 'provision', 'begin-deciding', 'begin-promotion'];

const moved = (model: Model, run: Run, to: Step | null): Model => {
  const rest = model.runs.filter((each) => each !== run);
  return { ...model, runs: to === null ? rest : [...rest, { ...run, at: to }] };
};

const followers = (model: Model): readonly Model[] => {
  const { experiment, runs, signals, crashes, recoveries } = model;
  const byRuns = runs.flatMap((run) => [
    ...stepsOf(model, run).flatMap(({ model: after, to }) => [
      moved(after, run, to),
      // done, and its answer lost: it is done again
      ...(crashes > 0 && after !== model ? [{ ...after, crashes: crashes - 1 }] : []),
    ]),
    // gone without an ending of its own
    ...(crashes > 0 ? [{ ...moved(model, run, null), crashes: crashes - 1 }] : []),
  ]);
  const owes = isActive(experiment) || (isTerminal(experiment) && isCleanupOwed(experiment.cleanup));
  const byJanitor =
    owes && (runs.length === 0 || recoveries > 0)
      ? [
          {
            ...model,
            recoveries: Math.max(0, recoveries - 1),
            runs: [...runs, { epoch: experiment.epoch, at: 'withdraw' as const }],
          },
        ]
      : [];
  const person = { at: AT, by: ANNA };
  const bySignals =
    signals === 0
      ? []
      : (
          [
            { type: 'stop', reason: 'enough', ...person },
            { type: 'pause', reason: 'an upgrade', ...person },
            { type: 'resume', ...person },
            { type: 'promote', unaccepted: [], ...person },
            { type: 'extend', durationSeconds: 150, ...person },
            { type: 'retry', nodes: NODES, remark: null, ...person },
          ] satisfies ExperimentCommand[]
        ).flatMap((command) => {
          const next = changed(model, command);
          if (next === null || next.experiment === experiment) return [];
          const started = command.type === 'retry' ? [{ epoch: next.experiment.epoch, at: 'claim' as const }] : [];
          return [{ ...next, signals: signals - 1, runs: [...runs, ...started] }];
        });
  return [...byRuns, ...byJanitor, ...bySignals];
};

/** The same for everything that may follow. */
const keyOf = ({ experiment, runs, signals, crashes, recoveries, ends }: Model): string => {
  const life = lifeOf(experiment);
  return [
    placeOf(experiment),
    experiment.state,
    experiment.epoch,
    verdictOf(experiment)?.verdict,
    life?.execution,
    life?.stop != null,
    life?.extension != null,
    'approval' in experiment && experiment.approval !== null,
    'cleanup' in experiment && experiment.cleanup,
    runs
      .map(({ epoch, at }) => `${epoch}${at}`)
      .toSorted()
      .join(),
    signals,
    crashes,
    recoveries,
    JSON.stringify(ends),
  ].join('|');
};

export interface Budget {
  readonly signals: number;
  readonly crashes: number;
  /** recoveries while another machine is still at work */
  readonly recoveries: number;
}

/** Everything that a started experiment can come to; how many models, and which promises were broken on the way. */
export const explore = (budget: Budget): { readonly models: number; readonly broken: readonly string[] } => {
  const broken = new Set<string>();
  const started = changed(
    { experiment: after(created()), runs: [], ends: {}, broken, ...budget },
    { type: 'start', nodes: NODES, remark: null, at: AT, by: ANNA },
  );
  if (started === null) throw new Error('a draft could not be started');
  const first: Model = { ...started, runs: [{ epoch: 1, at: 'claim' }] };
  const seen = new Set([keyOf(first)]);
  const open = [first];
  for (let model = open.pop(); model !== undefined; model = open.pop()) {
    const next = followers(model);
    const isAtRest = !isActive(model.experiment) && model.runs.length === 0;
    if (next.length === 0 && !isAtRest) broken.add(`${model.experiment.state} is a dead end`);
    for (const [epoch, states] of Object.entries(model.ends)) {
      if (states.length > 1) broken.add(`epoch ${epoch} ended as ${states.join(', ')}`);
    }
    for (const each of next) {
      const key = keyOf(each);
      if (seen.has(key)) continue;
      seen.add(key);
      open.push(each);
    }
  }
  return { models: seen.size, broken: [...broken] };
};
