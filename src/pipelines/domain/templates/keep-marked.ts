import type { Settings } from '../settings-tree.ts';
import { IS_NOT_MARKED, IS_PROCESS, UNMARK } from './process-conditions.ts';

interface Keeping {
  /** id of the filter */
  readonly filter: string;
  /** statements that mark the processes to keep */
  readonly statements: readonly string[];
  /** what else is dropped */
  readonly conditions?: readonly string[];
  /** what is marked, and what is dropped, in a sentence each */
  readonly says: { readonly marked: string; readonly dropped: string };
}

interface Kept {
  readonly processors: Settings;
  /** in their order */
  readonly ids: readonly string[];
  readonly says: Readonly<Record<string, string>>;
}

/** Three steps: processes are marked, those without a mark are dropped, and the mark is taken off again. */
export const keepMarked = ({ filter, statements, conditions = [], says }: Keeping): Kept => ({
  processors: {
    'transform/flag': { error_mode: 'ignore', metric_statements: statements },
    [filter]: {
      error_mode: 'ignore',
      // a condition says what goes; without process.pid it is a metric of the node and stays
      metric_conditions: [`${IS_PROCESS} and ${IS_NOT_MARKED}`, ...conditions],
    },
    'resource/unflag': UNMARK,
  },
  ids: ['transform/flag', filter, 'resource/unflag'],
  says: {
    'transform/flag': says.marked,
    [filter]: says.dropped,
    'resource/unflag': 'The mark is taken off again.',
  },
});
