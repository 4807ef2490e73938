import { listed } from '../../src/kernel/words.ts';
import { VARIANTS } from '../../src/measurement/domain/sample.ts';
import type { Figures, PlacedLimit, Prediction } from '../../src/pipelines/domain/preview/predict.ts';
import type { Preview } from '../../src/pipelines/domain/preview/preview.ts';
import { costText } from './cost.ts';
import { number, percent, span } from './numbers.ts';
import { renderFields, renderTable } from './table.ts';

/** Both variants side by side, then what is uncertain, who is still visible, who makes the most, and every bill. */
export const describePreview = (preview: Preview): string =>
  [
    renderFields([
      [
        'recording',
        `${preview.momentCount} moments in ${number(preview.recordedSeconds)} s, ${span(preview.processCount)} processes`,
      ],
    ]),
    '',
    figuresTable(preview),
    ...VARIANTS.flatMap((variant) => section(`${variant}:`, preview[variant].limits.map(limitLine))),
    ...VARIANTS.flatMap((variant) => section(`critical in the ${variant}:`, criticalLines(preview[variant]))),
    ...section('most series in the candidate:', contributorLines(preview.candidate)),
    ...section(
      `bills of a month, ${preview.hosts === 1 ? 'one host' : `${number(preview.hosts)} hosts`} like this one, at list prices:`,
      billLines(preview),
    ),
  ].join('\n');

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines];

const figuresTable = ({ baseline, candidate, change }: Preview): string => {
  const row = (name: string, of: (figures: Figures) => string, ratio: number | null | undefined) => [
    name,
    ...[baseline, candidate].map(({ figures }) => (figures === null ? 'cannot be predicted' : of(figures))),
    ratio === null || ratio === undefined ? '' : percent(ratio - 1),
  ];
  return renderTable(
    ['', 'baseline', 'candidate', 'change'],
    [
      row('series in the recording', ({ series }) => number(series), change?.series),
      row('series at once', ({ seriesAtOnce }) => span(seriesAtOnce), undefined),
      row('new series a minute', ({ newSeriesPerMinute }) => number(newSeriesPerMinute), undefined),
      row('points a minute', ({ pointsPerMinute }) => span(pointsPerMinute), change?.pointsPerMinute),
      row('bytes a minute, uncompressed', ({ bytesPerMinute }) => span(bytesPerMinute), change?.bytesPerMinute),
    ],
  );
};

const LIMIT_WORDS: Readonly<Record<PlacedLimit['kind'], string>> = {
  cannot_predict: 'cannot be predicted',
  left_out: 'left out',
  supposed: 'supposed',
};

const limitLine = ({ kind, pointer, line, column, message }: PlacedLimit): string =>
  `  ${line}:${column} ${LIMIT_WORDS[kind]}: ${message}${pointer === '' ? '' : ` [${pointer}]`}`;

const criticalLines = ({ figures }: Prediction): readonly string[] => {
  if (figures === null) return [];
  const { kept, partly, lost, notRunning } = figures.critical;
  const line = (word: string, names: readonly string[]) => (names.length === 0 ? [] : [`  ${word}: ${listed(names)}`]);
  return [
    ...line('kept', kept),
    ...line('not all or not always', partly),
    ...line('LOST', lost),
    ...line('not in the recording', notRunning),
  ];
};

const contributorLines = ({ figures }: Prediction): readonly string[] =>
  figures === null || figures.processes.length === 0
    ? []
    : [
        renderTable(
          ['executable', 'series', 'share'],
          figures.processes.map(({ name, series, share }) => [name, number(series), percent(share).slice(1)]),
        ),
      ];

const billLines = ({ bills }: Preview): readonly string[] =>
  bills.length === 0
    ? []
    : [
        renderTable(
          ['bill', 'baseline', 'candidate', 'saving', 'currency', 'remark'],
          bills.map(({ title, baseline, candidate, saving, currency, open }) => [
            title,
            ...[baseline, candidate, saving].map((cost) => (cost === null ? '–' : costText(cost))),
            currency,
            open.join('; '),
          ]),
        ),
      ];
