import { beforeAll, describe, expect, test } from 'vitest';
import { RULES, type Rule } from '../../src/pipelines/domain/validation/rules.ts';
import { validateSettings } from '../../src/pipelines/domain/validation/validate-settings.ts';
import { askCollector } from '../support/collector-answers.ts';
import { FOREIGN_SETTINGS } from '../support/foreign-settings.ts';
import { OTTL_CASES, ottlText, ottlTextOfAll } from '../support/ottl-corpus.ts';
import { renderedTemplates } from '../support/rendered-templates.ts';
import { CLUSTER_MUTANTS, MUTANTS, WHOLE_TEXT } from '../support/settings-corpus.ts';
import { EXAMPLES, textAround } from '../support/settings-examples.ts';
import { generatedMutants } from '../support/settings-mutations.ts';

// Whether settings would start, by our answer and by the collector's own, over everything that the tests have.

interface Answered {
  readonly title: string;
  readonly wouldStart: boolean;
  /** rules that they break, those of the collector and those of ours */
  readonly broken: readonly Rule[];
}

interface Titled {
  readonly title: string;
  readonly text: string;
}

const RIGHT: readonly Titled[] = [
  { title: 'the whole', text: WHOLE_TEXT },
  ...EXAMPLES.map((example) => ({ title: example.id, text: textAround(example) })),
  ...FOREIGN_SETTINGS,
];

const brokenIn = (text: string): readonly Rule[] =>
  validateSettings(text).flatMap(({ severity, rule }) =>
    severity === 'error' ? [RULES[rule as keyof typeof RULES]] : [],
  );

const answersTo = async (settings: readonly Titled[]): Promise<readonly Answered[]> => {
  const answers = await askCollector(settings.map(({ text }) => text));
  return settings.map(({ title, text }, index) => ({
    title,
    wouldStart: answers[index] === '',
    broken: brokenIn(text),
  }));
};

/** The collector names each processor that it would not start: one text for all lines. */
const answersToLines = async (): Promise<readonly Answered[]> => {
  const [answer = ''] = await askCollector([ottlTextOfAll(OTTL_CASES)]);
  return OTTL_CASES.map((each, index) => ({
    title: each.text,
    wouldStart: !answer.includes(`processors::${each.processor}/${index}:`),
    broken: brokenIn(ottlText([each])),
  }));
};

let templates: readonly Answered[];
let answered: readonly Answered[];
beforeAll(async () => {
  templates = await answersTo(renderedTemplates());
  answered = [
    ...templates,
    ...(await answersTo([...RIGHT, ...MUTANTS, ...CLUSTER_MUTANTS, ...generatedMutants()])),
    ...(await answersToLines()),
  ];
}, 600_000);

const isValid = ({ broken }: Answered): boolean => broken.length === 0;
/** Refused, and for no reason that is the collector's. */
const isStricter = ({ broken }: Answered): boolean =>
  broken.length > 0 && broken.every(({ kind }) => kind !== 'collector');

describe('our answer and that of the collector', () => {
  test('are the same in 99 of 100 settings, by the rules that are the collector’s', () => {
    const judged = answered.filter((each) => !isStricter(each));
    expect(judged.length).toBeGreaterThan(1100);
    const differing = judged.filter((each) => isValid(each) !== each.wouldStart).map(({ title }) => title);
    expect(differing).toEqual([]);
  });

  test('differ where we refuse what it would start, each for its reason', () => {
    const stricter = answered.filter((each) => isStricter(each) && each.wouldStart);
    expect(stricter.map(({ title, broken }) => [title, broken[0]?.because])).toMatchInlineSnapshot(`
      [
        [
          "an alias",
          "few lines of them can stand for millions",
        ],
        [
          "a text in a text",
          "nothing may be read that nobody has reviewed",
        ],
        [
          "a key in plain text",
          "secrets belong into secrets",
        ],
        [
          "a token in an address",
          "secrets belong into secrets",
        ],
        [
          "a bearer under another name",
          "secrets belong into secrets",
        ],
        [
          "a pattern that nobody reads before",
          "the collector takes it and does not do it, without a word",
        ],
        [
          "a key that nobody reads",
          "the collector passes over it without a word",
        ],
        [
          "an interval without a unit",
          "the collector takes it for billionths of a second",
        ],
        [
          "half a number",
          "the collector cuts it to a whole number without a word",
        ],
        [
          "remote write without a place",
          "the collector would send to a placeholder of its own",
        ],
        [
          "a component that stands beside its kind",
          "the collector cuts keys at ::, so that they show up where nobody looks for them",
        ],
        [
          "a signature by an extension that is not there",
          "the collector finds out when it starts, not when it is asked to validate",
        ],
        [
          "two at one address",
          "the collector finds out when it starts, not when it is asked to validate",
        ],
        [
          "host_metrics.: a key that nobody knows",
          "the collector passes over it without a word",
        ],
        [
          "cumulative_to_delta.include.match_type: a word that is not possible",
          "the collector takes it and does not do it, without a word",
        ],
        [
          "cumulative_to_delta.exclude.match_type: a word that is not possible",
          "the collector takes it and does not do it, without a word",
        ],
        [
          "convert_sum_to_gauge(true) where metric.name == "a"",
          "the collector passes over them without a word",
        ],
        [
          "set(datapoint.time, TruncateTime(datapoint.time, Duration("a minute")))",
          "the collector starts, and passes over the line at each item without a word",
        ],
        [
          "set(resource.attributes["a"], "b") where Len(metric.name)",
          "the collector starts, and passes over the line at each item without a word",
        ],
        [
          "set(resource.attributes["a"], Substring(metric.name, 0, 0))",
          "the collector starts, and passes over the line at each item without a word",
        ],
        [
          "set(resource.attributes["a"], ExtractPatterns(metric.name, "(.*)"))",
          "the collector starts, and passes over the line at each item without a word",
        ],
      ]
    `);
  });

  test('a template starts without parameters; signed requests need a fuller image, and we say so', () => {
    const [signed, others] = [true, false].map((isSigned) =>
      templates.filter(({ title }) => title.endsWith('sigv4') === isSigned),
    );
    expect(others?.map((each) => each.wouldStart && isValid(each))).toEqual(others?.map(() => true));
    expect(signed?.map((each) => each.wouldStart || isValid(each))).toEqual(signed?.map(() => false));
    expect(others?.length).toBeGreaterThan(1);
  });
});
