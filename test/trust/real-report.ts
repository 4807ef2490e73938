import type { EvidenceBundle } from '../../src/experiments/contract/views.ts';
import { differingLooks } from '../../src/experiments/domain/replay-looks.ts';
import type { Criterion } from '../../src/experiments/domain/settings.ts';
import type { MetricVerdict } from '../../src/judgement/contract/vocabulary.ts';
import { wilsonInterval } from '../../src/judgement/domain/counts.ts';
import { replay } from '../../src/judgement/domain/replay.ts';
import { assessSelfTest } from '../../src/judgement/domain/self-test.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { type MeasuredNoise, measuredNoise } from './measured-noise.ts';

/** What was run. */
export interface Conditions {
  readonly date: string;
  readonly minutes: number;
  readonly nodes: number;
  readonly slotSeconds: number;
  readonly intervalSeconds: number;
  readonly machine: string;
  /** lowest and highest load average of a minute during the run */
  readonly load: readonly [number, number];
  readonly commit: string;
  readonly command: string;
}

export interface Group {
  readonly title: string;
  readonly bundles: readonly EvidenceBundle[];
}

/** docs/trust-real.md: only what was measured. */
export const renderRealReport = (conditions: Conditions, groups: readonly Group[]): string => {
  const { date, minutes, nodes, slotSeconds, intervalSeconds, machine, load, commit, command } = conditions;
  const all = groups.flatMap(({ bundles }) => bundles);
  const [first] = all;
  return `${[
    '# Equal variants, real collectors',
    `${all.length} experiments whose two variants were the same pipeline (\`baseline\`, label \`control=aa\`), run through the whole
product in its local environment: real stacks on an AWS emulator, real collectors, a real Prometheus. Whatever an
experiment finds here is a false alarm. Run on ${date} in ${minutes.toFixed(0)} minutes on ${machine} at commit ${commit}, load
average ${load[0].toFixed(0)} to ${load[1].toFixed(0)}; ${nodes} nodes side by side, slots of ${slotSeconds} s, collection every ${intervalSeconds} s. Nothing is drawn by chance, so there is no seed:
repeated, the numbers differ as the machine does. Repeat with \`${command}\`.`,
    ...(first === undefined ? [] : [`Asked of every one: ${criteriaWords(first)}.`]),
    ...groups.flatMap(groupSections),
  ].join('\n\n')}\n`;
};

const groupSections = ({ title, bundles }: Group): readonly string[] => {
  const replays = bundles.map((bundle) => {
    const { reproduced, judgement } = replay(bundle);
    const { experiment, evidence, looks } = bundle;
    const differing = differingLooks(experiment, evidence, judgement, looks, sha256).length;
    const bounds = judgement.looks.flatMap(({ metrics }) => metrics.filter(({ harmBound }) => harmBound !== null));
    return {
      verdict: judgement.verdict,
      isSame: reproduced && differing === 0,
      looks: looks.length,
      bounds: bounds.length,
      crossings: bounds.filter(({ crosses }) => crosses).length,
    };
  });
  const total = (what: 'looks' | 'bounds' | 'crossings') => replays.reduce((sum, each) => sum + each[what], 0);
  const verdicts = replays.flatMap(({ verdict }) => (verdict === null ? [] : [verdict]));
  const gate = assessSelfTest(verdicts);
  const aborted = verdicts.filter(({ verdict }) => ABORTS.includes(verdict)).length;
  const unjudged = bundles.length - verdicts.length;
  return [
    `## ${title}`,
    [
      `- **False aborts (harm monitor, limit, unequal input): ${rateWords(aborted, verdicts.length)}**; intervals are Wilson's at 95 %`,
      `- Aborted, or a trust check failed (too many slots missing is one): ${rateWords(gate.falseAborts, verdicts.length)}; the A/A gate asks for this`,
      ...(unjudged === 0 ? [] : [`- ${unjudged} without a judgement: our own failure or no slot`]),
      `- Promotions without a saving: ${bundles.filter(({ experiment }) => experiment.verdict?.verdict === 'promote').length} of ${bundles.length}`,
      `- Looks: ${total('looks')}. Bounds of guardrails at them: ${total('bounds')}, of which above their abort line: ${total('crossings')}`,
      `- With knowledge about noise from an earlier experiment: ${bundles.filter(({ evidence }) => Object.keys(evidence.history).length > 0).length} of ${bundles.length}; with it a harm monitor can abort from the 6th slot on, without it (several guardrails) from the 19th`,
      `- Experiments whose stored looks and verdict the exported evidence gives again, bit for bit: ${replays.filter(({ isSame }) => isSame).length} of ${bundles.length}`,
    ].join('\n'),
    table(['verdict', 'experiments'], counted(bundles.map(({ experiment }) => experiment.verdict?.verdict ?? 'none'))),
    ...(bundles.length === 0 ? [] : ['What was found about each metric:', findingsTable(bundles)]),
    'How each metric behaved:',
    noiseTable(measuredNoise(bundles.map(({ evidence }) => evidence))),
  ];
};

const ABORTS: readonly string[] = ['abort_harm', 'abort_limit', 'invalid_input_mismatch'];

const rateWords = (count: number, of: number): string => {
  const interval = wilsonInterval(count, of);
  const within = interval === null ? '' : ` (${share(interval.lower)} to ${share(interval.upper)})`;
  return `${count} of ${of}${of === 0 ? '' : `, ${share(count / of)}${within}`}`;
};

const criteriaWords = ({ experiment }: EvidenceBundle): string =>
  experiment.successCriteria
    .filter(({ role }) => role !== 'diagnostic')
    .map(criterionWords)
    .join('; ');

const criterionWords = (criterion: Criterion): string => {
  switch (criterion.role) {
    case 'primary':
      return `\`${criterion.metric}\` at least ${share(criterion.minimumSavingRatio)} less`;
    case 'guardrail': {
      const aborts = criterion.abortMarginRatio ?? criterion.marginRatio / 2;
      return `\`${criterion.metric}\` worse by less than ${share(criterion.marginRatio)}, aborted when worse by more than ${share(aborts)} is proven`;
    }
    case 'limit':
      return `\`${criterion.metric}\` at most ${criterion.maximum}`;
    case 'diagnostic':
      return criterion.metric;
  }
};

const VERDICTS: readonly MetricVerdict[] = [
  ...(['better', 'worse', 'worse_within_margin', 'equivalent', 'not_worse', 'unclear', 'no_variation'] as const),
  ...(['no_data', 'invalid'] as const),
];

const findingsTable = (bundles: readonly EvidenceBundle[]): string => {
  const effects = bundles.flatMap(({ experiment }) => experiment.verdict?.onMeasuredNodes ?? []);
  const names = [...new Set(effects.map(({ metric, role }) => `${metric} (${role})`))];
  const used = VERDICTS.filter((verdict) => effects.some((effect) => effect.verdict === verdict));
  return table(
    ['metric', ...used.map((verdict) => verdict.replaceAll('_', ' '))],
    names.map((name) => [
      name,
      ...used.map((verdict) =>
        String(
          effects.filter((effect) => `${effect.metric} (${effect.role})` === name && effect.verdict === verdict).length,
        ),
      ),
    ]),
  );
};

const noiseTable = (noise: readonly MeasuredNoise[]): string =>
  `${table(
    [
      'metric',
      'slots',
      'missing',
      'mean',
      'variation of a value',
      'correlation of neighbouring slots',
      'deviation of the contrast',
      'correlation of neighbouring contrasts',
    ],
    noise.map((each) => [
      each.metric,
      String(each.pairs),
      String(each.missing),
      number(each.level),
      each.variation === null ? '–' : share(each.variation),
      number(each.autocorrelation),
      each.contrastDeviation === null
        ? '–'
        : each.contrastScale === 'ratio'
          ? share(each.contrastDeviation)
          : `${number(each.contrastDeviation)} (difference)`,
      number(each.contrastAutocorrelation),
    ]),
  )}\n\nVariation and correlation within an experiment, all experiments together; the correlation is not corrected for short series, which make it come out lower.`;

const number = (value: number | null): string => (value === null ? '–' : String(Number(value.toPrecision(3))));
/** Three digits, and none beyond a millionth: what floating point leaves of nothing is nothing. */
const share = (ratio: number): string => `${Number(Number((ratio * 100).toPrecision(3)).toFixed(4))} %`;

const counted = (values: readonly string[]): readonly (readonly string[])[] =>
  [...new Set(values)].toSorted().map((value) => [value, String(values.filter((each) => each === value).length)]);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
