/** Whose word a rule is. */
export type RuleKind =
  /** the collector itself would not start */
  | 'collector'
  /** the collector would start, and we never let it: `because` says why */
  | 'ours'
  /** what a cluster of ours demands; for settings that run elsewhere it is advice */
  | 'cluster'
  /** worth a look; nothing breaks */
  | 'advice';

export interface Rule {
  readonly layer: 'L0' | 'L1' | 'L2' | 'L3' | 'L4' | 'L5' | 'L6' | 'L7';
  readonly kind: RuleKind;
  /** why it is more than the collector demands */
  readonly because?: string;
}

const collector = (layer: Rule['layer']) => ({ layer, kind: 'collector' }) as const;
const advice = (layer: Rule['layer']) => ({ layer, kind: 'advice' }) as const;
const ours = (layer: Rule['layer'], because: string) => ({ layer, kind: 'ours', because }) as const;
const cluster = (layer: Rule['layer'], because: string) => ({ layer, kind: 'cluster', because }) as const;

/** Every rule that a finding can name. */
export const RULES = {
  'text-too-large': ours('L0', 'a reader that others share has limits'),
  'text-too-deep': ours('L0', 'a reader that others share has limits'),
  'text-too-many-values': ours('L0', 'a reader that others share has limits'),
  'yaml-broken': collector('L0'),
  'yaml-tag': ours('L0', 'a tag changes what is written into something else'),
  'yaml-alias': ours('L0', 'few lines of them can stand for millions'),
  'settings-not-a-map': collector('L0'),

  'provider-not-allowed': ours('L1', 'nothing may be read that nobody has reviewed'),
  'variable-name-built': ours('L1', 'who builds a name reads any variable'),
  'variable-name-malformed': collector('L1'),
  'variable-not-set': advice('L1'),
  'variable-not-allowed': cluster('L1', 'the environment of a pod holds more than is meant for a pipeline'),
  'secret-out-of-place': cluster('L1', 'a secret opens the way to a store, and is nothing to store'),
  'secret-in-plain-text': ours('L1', 'secrets belong into secrets'),

  'key-unknown': collector('L2'),
  'key-passed-over': ours('L2', 'the collector passes over it without a word'),
  'key-in-key': ours('L2', 'the collector cuts keys at ::, so that they show up where nobody looks for them'),
  'key-deprecated': advice('L2'),
  'value-kind': collector('L2'),
  'value-not-allowed': collector('L2'),
  'value-out-of-range': collector('L2'),
  'value-cut': ours('L2', 'the collector cuts it to a whole number without a word'),
  'value-without-effect': ours('L2', 'the collector takes it and does not do it, without a word'),
  'duration-unreadable': collector('L2'),
  'duration-without-unit': ours('L2', 'the collector takes it for billionths of a second'),
  'settings-inconsistent': collector('L2'),

  'component-id-malformed': collector('L3'),
  'component-id-taken': collector('L3'),
  'no-pipeline': collector('L3'),
  'pipeline-key-malformed': collector('L3'),
  'pipeline-not-a-map': collector('L3'),
  'pipeline-incomplete': collector('L3'),
  'reference-undefined': collector('L3'),
  'processor-twice': collector('L3'),
  'signal-not-supported': collector('L3'),
  'connector-one-ended': collector('L3'),
  'connector-pair': collector('L3'),
  'pipeline-cycle': collector('L3'),
  'component-unused': advice('L3'),
  'receiver-twice': advice('L3'),
  'extension-not-running': ours('L3', 'the collector finds out when it starts, not when it is asked to validate'),
  'address-taken': ours('L3', 'the collector finds out when it starts, not when it is asked to validate'),

  'component-not-available': collector('L4'),
  'component-not-in-build': collector('L4'),
  'component-perhaps-not-in-build': advice('L4'),
  'component-renamed': advice('L4'),
  'component-unsettled': cluster('L4', 'what is promoted has to last'),

  'destination-missing': ours('L5', 'the collector would send to a placeholder of its own'),
  'destination-not-allowed': cluster('L5', 'data goes only where the owner of the cluster allows it'),
  'path-not-allowed': cluster('L5', 'a collector reads what belongs to its node, and no secrets'),
  'extension-not-allowed': cluster('L5', 'extensions open doors of their own'),
  'component-not-trusted': cluster('L5', 'what nobody can judge may read and send anything'),
  'output-not-allowed': cluster('L5', 'what is written out is read by others'),
  'caller-not-allowed': cluster('L5', 'what comes with data, as tokens, is nobody else’s business'),
  'command-line-collected': cluster('L5', 'command lines hold passwords'),
  'listener-not-on-pod': cluster('L5', 'two variants may share a host, and 0.0.0.0 is open to everybody'),
  'frame-changed': cluster('L5', 'what measures both variants is the same in both'),
  'memory-limiter-not-first': cluster('L5', 'without it a collector is killed instead of refusing data'),
  'limit-passed-over': advice('L5'),
  'drop-after-batch': cluster('L5', 'batches would be filled with what is dropped'),
  'batch-not-last': advice('L5'),
  'delta-after-identity': cluster('L5', 'counters of several sources would be taken for one'),
  'delta-to-remote-write': cluster('L5', 'remote write drops delta values without a word'),
  'identity-lost': cluster('L5', 'the store rejects samples that it has twice'),
  'drops-everything': cluster('L5', 'nothing would be left to compare'),
  'drops-critical': cluster('L5', 'critical processes stay visible'),
  'interval-passes-sums': advice('L5'),
  'interval-too-long': advice('L5'),
  'truncation-differs': cluster('L5', 'points of one scrape would fall into two'),

  'ottl-syntax': collector('L6'),
  'ottl-editor-expected': collector('L6'),
  'ottl-editor-as-value': collector('L6'),
  'ottl-function-unknown': collector('L6'),
  'ottl-arguments': collector('L6'),
  'ottl-arguments-ignored': ours('L6', 'the collector passes over them without a word'),
  'ottl-argument-kind': collector('L6'),
  'ottl-lambda': collector('L6'),
  'ottl-path-unknown': collector('L6'),
  'ottl-context-missing': collector('L6'),
  'ottl-context-unknown': collector('L6'),
  'ottl-enum-unknown': collector('L6'),
  'ottl-pattern': collector('L6'),
  'ottl-always-fails': ours('L6', 'the collector starts, and passes over the line at each item without a word'),
  'ottl-name-unknown': advice('L6'),

  'collector-refuses': collector('L7'),
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleId = keyof typeof RULES;
