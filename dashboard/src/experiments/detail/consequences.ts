import type { ExperimentView } from '../../../../src/experiments/contract/views.ts';
import { longestExtension } from '../../../../src/experiments/domain/allowed.ts';
import { pipelineWords } from '../../../../src/experiments/domain/settings.ts';
import type { CommandName } from '../../../../src/experiments/domain/vocabulary.ts';
import { describeDuration } from '../../../../src/kernel/duration.ts';
import { counted } from '../../../../src/kernel/words.ts';

export interface ActionWords {
  readonly verb: string;
  readonly title: string;
  readonly busy: string;
  /** a reason is written down and shown in the timeline */
  readonly needsReason: boolean;
}

/** How each command is called, with the name of what it acts on. */
export const actionWords = (command: CommandName, name: string): ActionWords => WORDS[command](name);

const WORDS: Readonly<Record<CommandName, (name: string) => ActionWords>> = {
  start: (name) => ({ verb: 'Start', title: `Start “${name}”?`, busy: 'Starting…', needsReason: false }),
  pause: (name) => ({ verb: 'Pause', title: `Pause “${name}”?`, busy: 'Pausing…', needsReason: true }),
  resume: (name) => ({ verb: 'Resume', title: `Resume “${name}”?`, busy: 'Resuming…', needsReason: false }),
  extend: (name) => ({
    verb: 'Extend',
    title: `Measure “${name}” for longer?`,
    busy: 'Extending…',
    needsReason: false,
  }),
  stop: (name) => ({ verb: 'Stop', title: `Stop “${name}”?`, busy: 'Stopping…', needsReason: true }),
  promote: (name) => ({
    verb: 'Promote',
    title: `Promote the candidate of “${name}”?`,
    busy: 'Promoting…',
    needsReason: false,
  }),
  rollback: (name) => ({
    verb: 'Roll back',
    title: `Withdraw the candidate of “${name}”?`,
    busy: 'Rolling back…',
    needsReason: true,
  }),
  retry: (name) => ({ verb: 'Run again', title: `Run “${name}” again?`, busy: 'Starting…', needsReason: false }),
  delete: (name) => ({ verb: 'Delete', title: `Delete “${name}”?`, busy: 'Deleting…', needsReason: false }),
};

/** What the API's own check says about a start; null until it has answered. */
export interface StartPlan {
  readonly nodes: readonly { readonly node: string; readonly heldBy: string | null }[];
  readonly slotsPlanned: number;
  readonly totalSeconds: number;
  readonly objects: number;
}

/** What will happen, in sentences, before it happens. */
export const consequencesOf = (command: CommandName, view: ExperimentView, plan: StartPlan | null): readonly string[] =>
  CONSEQUENCES[command](view, plan);

const CONSEQUENCES: Readonly<Record<CommandName, (view: ExperimentView, plan: StartPlan | null) => readonly string[]>> =
  {
    start: (view, plan) => startSentences(view, plan),
    retry: (view, plan) => [
      `It begins anew as epoch ${view.epoch + 1}. Slots and verdict of epoch ${view.epoch} stay in the history.`,
      ...startSentences(view, plan),
    ],
    pause: () => [
      'Nothing is measured or judged until it is resumed: the slot under way is let go, and the end moves by as much.',
      'Both variants stay on their nodes, and the nodes stay reserved.',
      'After 24 h in all it is cancelled.',
    ],
    resume: (view) => [
      `It goes on with a new slot; ${view.slotsMeasured} of ${counted(view.slotsPlanned, 'slot')} are measured.`,
      'The minutes of the pause count for neither variant.',
    ],
    extend: (view) => [
      `It measures ${describeDuration(longestExtension(view))} in place of ${describeDuration(view.durationSeconds)}.`,
      'Once only, and only before its first slot is judged: afterwards more time would be asked for because of what was seen.',
    ],
    stop: (view) =>
      view.state === 'draft'
        ? ['The draft ends. Nothing is deployed, so nothing is removed.']
        : [
            `The collectors of both variants are removed from ${nodeNames(view.nodes.map(({ node }) => node))}.`,
            `The verdict is cancelled: never a success, never counted. The ${counted(view.slotsMeasured, 'measured slot')} can still be read.`,
            'What runs on the nodes today is not touched.',
          ],
    promote: (view) => [
      `${pipelineWords(view.candidatePipeline)} becomes the deployed pipeline on ${nodeNames(view.nodes.map(({ node }) => node))}.`,
      'The collectors of the experiment are removed; the promoted one stays.',
      'It can be rolled back afterwards.',
    ],
    rollback: (view) => [
      `The promoted pipeline ${view.promotion?.deploymentId ?? ''} is withdrawn from ${nodeNames(view.nodes.map(({ node }) => node))}.`,
      'It is over when that is verified on the cluster. The verdict does not change.',
    ],
    delete: () => ['It disappears from every list and cannot be opened any more. This cannot be undone.'],
  };

const startSentences = (view: ExperimentView, plan: StartPlan | null): readonly string[] => {
  const free = plan?.nodes.filter(({ heldBy }) => heldBy === null) ?? [];
  const held = plan?.nodes.filter(({ heldBy }) => heldBy !== null) ?? [];
  return [
    plan === null
      ? 'The collectors of both variants are deployed on the chosen nodes.'
      : `${counted(plan.objects, 'object')} are deployed: the collectors of both variants, on ${nodeNames(free.map(({ node }) => node))}.`,
    ...(held.length === 0
      ? []
      : [
          `${nodeNames(held.map(({ node }) => node))} cannot take part: another experiment holds ${held.length === 1 ? 'it' : 'them'}.`,
        ]),
    `${describeDuration(view.warmupSeconds)} of warm-up, then ${
      plan === null ? '' : `${counted(plan.slotsPlanned, 'slot')} of ${describeDuration(view.slotSeconds)}, `
    }${describeDuration(view.durationSeconds)} measured${plan === null ? '' : `; ${describeDuration(plan.totalSeconds)} in all`}.`,
    'The nodes are reserved until its end. What runs there today is not touched, and what is deployed now is removed then.',
  ];
};

const NAMED = 4;

/** `node-1`, `node-1 and node-2`, `12 nodes (node-1, node-2, node-3, node-4 and 8 more)`. */
export const nodeNames = (nodes: readonly string[]): string => {
  if (nodes.length === 0) return 'no node';
  if (nodes.length === 1) return nodes[0] ?? '';
  if (nodes.length === 2) return nodes.join(' and ');
  const rest = nodes.length - NAMED;
  const named = nodes.slice(0, NAMED).join(', ');
  return `${counted(nodes.length, 'node')} (${rest > 0 ? `${named} and ${rest} more` : named})`;
};
