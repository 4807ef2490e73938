import { beforeAll, describe, expect, test } from 'vitest';
import { type Answered, agreement, answersTo, answersToCorpus, differing, stricter } from '../support/agreement.ts';
import { renderedTemplates } from '../support/rendered-templates.ts';
import { generatedMutants } from '../support/settings-mutations.ts';

// Whether settings would start, by our answer and by the collector's own; `npm test full` asks about all.

/** So few of the mutants that are made by rule, always the same. */
const ONE_OF = 8;

let answered: readonly Answered[];
beforeAll(async () => {
  answered = [
    ...(await answersToCorpus()),
    ...(await answersTo(generatedMutants().filter((_mutant, index) => index % ONE_OF === 3))),
  ];
}, 300_000);

describe('our answer and that of the collector', () => {
  test('are the same but where we do not know, because we do not read what it would read', () => {
    expect(answered.length).toBeGreaterThan(550);
    expect(differing(answered)).toEqual([
      ['an alias', 'unknown', 'few lines of them can stand for millions'],
      ['a text in a text', 'unknown', 'nothing may be read that nobody has reviewed'],
      [
        'a component that stands beside its kind',
        'unknown',
        'the collector cuts keys at ::, so that they show up where nobody looks for them',
      ],
    ]);
    expect(agreement(answered)).toBeGreaterThanOrEqual(0.99);
  });

  test('differ where we refuse what it would start, each for its reason', () => {
    expect(stricter(answered)).toMatchInlineSnapshot(`
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
        [
          "cumulative_to_delta.include.match_type: a word that is not possible",
          "the collector takes it and does not do it, without a word",
        ],
      ]
    `);
  });

  test('a template starts without parameters; what needs a fuller build of the collector, we say so', () => {
    const rendered = renderedTemplates();
    const found = rendered.map(({ title }) => {
      const answer = answered.find((each) => each.title === title);
      return [title, answer?.wouldStart, answer?.broken.length === 0];
    });
    expect(found).toEqual(
      rendered.map(({ title, text, template: { build } }) => {
        const isOurs = build === 'slim' && !text.includes('sigv4auth');
        return [title, isOurs, isOurs];
      }),
    );
    expect(rendered.length).toBeGreaterThan(3);
  });
});
