import type { Effect, ExperimentView } from '../../src/experiments/contract/views.ts';
import { pipelineWords } from '../../src/experiments/domain/settings.ts';
import { trustWords } from '../../src/experiments/domain/verdict.ts';
import { describeDuration } from '../../src/kernel/duration.ts';
import { interval, number, percent, quantity } from './numbers.ts';
import { renderFields, renderTable } from './table.ts';

const MARK: Readonly<Record<Effect['verdict'], string>> = {
  better: '✔ better',
  not_worse: '✔ not worse',
  equivalent: '✔ equivalent',
  no_variation: '✔ no change',
  worse_within_margin: '~ worse, within the margin',
  unclear: '? unclear',
  no_data: '– no data',
  invalid: '✘ invalid',
  worse: '✘ worse',
};

/** What was found: a limit shows where the candidate is, everything else shows the change. */
const finding = (effect: Effect): string =>
  effect.role === 'limit' ? `${quantity(effect.candidateMean, effect.unit)} on average` : interval(effect);

const line = ({ margin, scale, role, unit }: Effect): string => {
  if (margin === null) return '';
  if (role === 'limit') return `at most ${quantity(margin, unit)}`;
  return scale === 'ratio' ? percent(margin) : number(margin);
};

const effectsTable = (effects: readonly Effect[]): string =>
  renderTable(
    ['metric', 'finding', 'candidate against baseline', 'line', 'role'],
    effects.map((effect) => [effect.title, MARK[effect.verdict], finding(effect), line(effect), effect.role]),
  );

/** A cluster that does not answer, as a line of its own. */
export const silenceLine = (silence: string | null): readonly string[] => (silence === null ? [] : [`! ${silence}`]);

/** The sentence first, then what it rests on, then what is possible now. */
export const describeExperiment = (view: ExperimentView, silence: string | null = null): string => {
  const effects = view.verdict?.onMeasuredNodes ?? view.latestLook?.effects ?? [];
  const sentence = view.verdict?.sentence ?? view.latestLook?.sentence ?? view.reason;
  return [
    ...(view.truth === null ? [] : [view.truth]),
    ...(sentence === null || sentence === undefined ? [] : [sentence]),
    ...(view.truth === null && (sentence === null || sentence === undefined) ? [] : ['']),
    renderFields([
      ['experiment', `${view.name} (${view.id})`],
      ['state', `${view.state}${view.epoch > 1 ? `, epoch ${view.epoch}` : ''}`],
      [
        'verdict',
        view.verdict === null
          ? 'not yet'
          : `${view.verdict.verdict} (${view.verdict.strength}${view.verdict.hypotheticalBaseline ? ', hypothetical baseline' : ''})`,
      ],
      ...(view.verdict === null || view.verdict.trust.length === 0
        ? []
        : [['trust', trustWords(view.verdict)] as const]),
      ['compares', `${pipelineWords(view.candidatePipeline)} with ${pipelineWords(view.baselinePipeline)}`],
      ['nodes', view.nodes.length === 0 ? 'chosen at the start' : view.nodes.map(({ node }) => node).join(', ')],
      ['slots', `${view.slotsMeasured} of ${view.slotsPlanned}, ${describeDuration(view.slotSeconds)} each`],
      ['cleanup', view.cleanup],
      ['possible now', view.allowedCommands.join(', ') || 'nothing'],
    ]),
    ...(silence === null ? [] : ['', ...silenceLine(silence)]),
    ...(effects.length === 0 ? [] : ['', effectsTable(effects)]),
    ...why(view),
  ].join('\n');
};

/** What the verdict rests on, line by line, and what would have changed it. */
const why = ({ verdict }: ExperimentView): readonly string[] => {
  const lines = [
    ...(verdict?.explanation ?? []),
    ...(verdict?.whatWouldHaveChanged == null ? [] : [verdict.whatWouldHaveChanged]),
  ];
  return lines.length === 0 ? [] : ['', 'why', ...lines.map((line) => `  ${line}`)];
};

/** Time that is left as far as it is known, in words. */
export const timeLeft = (view: ExperimentView, nowMs: number): string => {
  if (view.endsAt === null) return '';
  const left = (Date.parse(view.endsAt) - nowMs) / 1000;
  return left > 0 ? `, ends in ${describeDuration(left)}` : '';
};

/** One calm screen of a running experiment. */
export const watchPicture = (view: ExperimentView, nowMs: number): string => {
  const effects = view.verdict?.onMeasuredNodes ?? view.latestLook?.effects ?? [];
  const done = view.slotsPlanned === 0 ? 0 : Math.round((20 * view.slotsMeasured) / view.slotsPlanned);
  return [
    `${view.name}  ·  ${view.state}  ·  ${view.slotsMeasured} of ${view.slotsPlanned} slots${timeLeft(view, nowMs)}`,
    `${'█'.repeat(done)}${'░'.repeat(20 - done)}`,
    '',
    view.verdict?.sentence ?? view.latestLook?.sentence ?? view.reason ?? 'nothing is measured yet',
    ...(effects.length === 0 ? [] : ['', effectsTable(effects)]),
  ].join('\n');
};
