import { RULES, type Rule } from '../../src/pipelines/domain/validation/rules.ts';
import { validateSettings } from '../../src/pipelines/domain/validation/validate-settings.ts';
import { type CollectorAnswer, validityOf } from '../../src/pipelines/domain/validation/validity.ts';
import { askCollector } from './collector-answers.ts';
import { FOREIGN_SETTINGS } from './foreign-settings.ts';
import { OTTL_CASES, ottlText, ottlTextOfAll } from './ottl-corpus.ts';
import { renderedTemplates } from './rendered-templates.ts';
import { CLUSTER_MUTANTS, MUTANTS, WHOLE_TEXT } from './settings-corpus.ts';
import { EXAMPLES, textAround } from './settings-examples.ts';

export interface Titled {
  readonly title: string;
  readonly text: string;
}

/** Whether settings would start, by the collector and by us. */
export interface Answered {
  readonly title: string;
  readonly wouldStart: boolean;
  /** what we say that the collector would do */
  readonly foreseen: CollectorAnswer;
  /** rules that they break, those of the collector and those of ours */
  readonly broken: readonly Rule[];
}

/** What the tests have but for the mutants that are made by rule: right ones, faults written by hand, lines of OTTL. */
export const answersToCorpus = async (): Promise<readonly Answered[]> => [
  ...(await answersTo([
    ...renderedTemplates(),
    { title: 'the whole', text: WHOLE_TEXT },
    ...EXAMPLES.map((example) => ({ title: example.id, text: textAround(example) })),
    ...FOREIGN_SETTINGS,
    ...MUTANTS,
    ...CLUSTER_MUTANTS,
  ])),
  ...(await answersToLines()),
];

export const answersTo = async (settings: readonly Titled[]): Promise<readonly Answered[]> => {
  const answers = await askCollector(settings.map(({ text }) => text));
  return settings.map(({ title, text }, index) => ({
    title,
    wouldStart: answers[index] === '',
    ...ourAnswer(text),
  }));
};

/** The collector names each processor that it would not start: one text for all lines. */
const answersToLines = async (): Promise<readonly Answered[]> => {
  const [answer = ''] = await askCollector([ottlTextOfAll(OTTL_CASES)]);
  return OTTL_CASES.map((each, index) => ({
    title: each.text,
    wouldStart: !answer.includes(`processors::${each.processor}/${index}:`),
    ...ourAnswer(ottlText([each])),
  }));
};

const ourAnswer = (text: string): Pick<Answered, 'foreseen' | 'broken'> => {
  const { collector, findings } = validityOf(validateSettings(text));
  return {
    foreseen: collector,
    broken: findings.flatMap(({ severity, rule }) => (severity === 'error' ? [RULES[rule as keyof typeof RULES]] : [])),
  };
};

/** The part of the answers in which ours, valid for the collector or not, is the collector's. */
export const agreement = (answered: readonly Answered[]): number => answered.filter(isSame).length / answered.length;

/** What nobody here reads is not called valid. */
const isSame = ({ foreseen, wouldStart }: Answered): boolean => (foreseen === 'starts') === wouldStart;

/** Where they differ, with the reason that is ours. */
export const differing = (
  answered: readonly Answered[],
): readonly (readonly [title: string, foreseen: CollectorAnswer, because: string | undefined])[] =>
  answered.flatMap((each) => (isSame(each) ? [] : [[each.title, each.foreseen, each.broken[0]?.because] as const]));

/** Those that the collector would start and we refuse, with the reason that is ours. */
export const stricter = (
  answered: readonly Answered[],
): readonly (readonly [title: string, because: string | undefined])[] =>
  answered.flatMap(({ title, broken: [first], wouldStart }) =>
    wouldStart && first !== undefined ? [[title, first.because] as const] : [],
  );
