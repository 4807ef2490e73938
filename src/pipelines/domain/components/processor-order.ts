import { goDurationSeconds } from '../go-duration.ts';
import { parseStatement } from '../ottl/parser.ts';
import { isSettings, type Settings, type SettingsNode } from '../settings-tree.ts';

/** What a processor does to the data, as far as it matters where it stands. */
export interface ProcessorRole {
  /** leaves items out */
  readonly drops: boolean;
  /** takes away what tells one stream from another */
  readonly losesIdentity: boolean;
  /** takes away the id of the process, the only thing that tells two of one program apart */
  readonly losesPid: boolean;
  /** puts equal resources together */
  readonly regroups: boolean;
  /** adds up what has become equal */
  readonly aggregates: boolean;
  readonly makesDelta: boolean;
  readonly makesCumulative: boolean;
  readonly makesGauges: boolean;
  readonly batches: boolean;
  /** seconds to which it cuts times */
  readonly truncatesTo: readonly number[];
}

const NOTHING: ProcessorRole = {
  drops: false,
  losesIdentity: false,
  losesPid: false,
  regroups: false,
  aggregates: false,
  makesDelta: false,
  makesCumulative: false,
  makesGauges: false,
  batches: false,
  truncatesTo: [],
};

const PID = 'process.pid';

/** The role of a processor with these settings. @param type by the name of today */
export const roleOf = (type: string, settings: Settings): ProcessorRole => {
  switch (type) {
    case 'filter':
    case 'probabilistic_sampler':
    case 'tail_sampling':
      return { ...NOTHING, drops: true };
    case 'batch':
      return { ...NOTHING, batches: true };
    case 'cumulative_to_delta':
      return { ...NOTHING, makesDelta: true };
    case 'delta_to_cumulative':
      return { ...NOTHING, makesCumulative: true };
    case 'groupbyattrs':
      return { ...NOTHING, regroups: true };
    case 'resource':
      return fromActions(settings['attributes']);
    case 'attributes':
      return fromActions(settings['actions']);
    case 'metrics_transform':
      return fromTransforms(settings['transforms']);
    case 'transform':
      return fromStatements(settings['metric_statements']);
    default:
      return NOTHING;
  }
};

const sections = (node: SettingsNode | undefined): readonly Settings[] =>
  Array.isArray(node) ? (node as readonly SettingsNode[]).filter(isSettings) : [];

const fromActions = (node: SettingsNode | undefined): ProcessorRole => {
  const deleted = sections(node).filter(({ action }) => String(action).toLowerCase() === 'delete');
  const isMark = ({ key }: Settings): boolean => typeof key === 'string' && key.startsWith('phx.');
  return {
    ...NOTHING,
    losesIdentity: deleted.some((action) => !isMark(action)),
    losesPid: deleted.some(({ key }) => key === PID),
  };
};

const fromTransforms = (node: SettingsNode | undefined): ProcessorRole => {
  const transforms = sections(node);
  const operations = transforms.flatMap(({ operations: each }) => sections(each));
  const aggregates =
    transforms.some(({ action }) => action === 'combine') ||
    operations.some(({ action }) => action === 'aggregate_labels' || action === 'aggregate_label_values');
  return {
    ...NOTHING,
    aggregates,
    losesIdentity: aggregates || operations.some(({ action }) => action === 'delete_label_value'),
    makesGauges: operations.some(({ action }) => action === 'toggle_scalar_data_type'),
  };
};

const KEEPERS = ['keep_keys', 'keep_matching_keys', 'limit'];
const DELETERS = ['delete_key', 'delete_matching_keys'];

const fromStatements = (node: SettingsNode | undefined): ProcessorRole => {
  const calls = statementsIn(node).flatMap((text) => {
    const parsed = parseStatement(text);
    return parsed.readable ? [{ text, name: parsed.value.editor.name }] : [];
  });
  const ofResource = calls.filter(({ text }) => /\bresource\s*\.\s*attributes/.test(text));
  const mentionsPid = (text: string): boolean => text.includes(PID);
  return {
    ...NOTHING,
    losesIdentity: calls.some(
      ({ name }) => [...KEEPERS, ...DELETERS].includes(name) || name.startsWith('aggregate_on'),
    ),
    losesPid: ofResource.some(
      ({ name, text }) =>
        (KEEPERS.includes(name) && !mentionsPid(text)) || (DELETERS.includes(name) && mentionsPid(text)),
    ),
    aggregates: calls.some(({ name }) => name.startsWith('aggregate_on')),
    makesGauges: calls.some(({ name }) => name === 'convert_sum_to_gauge'),
    truncatesTo: calls.flatMap(({ text }) => truncationsIn(text)),
  };
};

const statementsIn = (node: SettingsNode | undefined): readonly string[] => {
  if (!Array.isArray(node)) return [];
  return (node as readonly SettingsNode[]).flatMap((item) => {
    if (typeof item === 'string') return [item];
    return isSettings(item) ? statementsIn(item['statements']) : [];
  });
};

const truncationsIn = (text: string): readonly number[] =>
  [...text.matchAll(/TruncateTime\([^()]*,\s*Duration\("([^"]*)"\)\)/g)].flatMap(([, length = '']) => {
    const seconds = goDurationSeconds(length);
    return seconds === undefined ? [] : [seconds];
  });
