import { useQuery } from '@tanstack/react-query';
import type { ExperimentView } from '../../../../src/experiments/contract/views.ts';
import { counted } from '../../../../src/kernel/words.ts';
import type { ProcessPresence } from '../../../../src/measurement/domain/sample.ts';
import { processesQuery } from '../../api/queries.ts';
import { WordMark } from '../../ui/chips.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';

/** Critical processes per node: who sees which. A loss is first, and it is named. */
export const ProcessesTab = ({ view }: { readonly view: ExperimentView }) => {
  const query = useQuery(processesQuery(view));
  return (
    <Loaded query={query} what="The list of processes" stillWorks="The verdict and the other parts still hold.">
      {({ at, slot, nodes }) => {
        if (view.criticalProcesses.length === 0) {
          return (
            <Empty title="No critical process was named">
              <p>Name executables when you create an experiment, and their loss on a node ends it.</p>
            </Empty>
          );
        }
        if (nodes.length === 0) {
          return (
            <Empty title="Not looked at yet">
              <p>
                Watched are {view.criticalProcesses.join(', ')}. The first slot shows on which nodes the baseline and
                the candidate see them.
              </p>
            </Empty>
          );
        }
        const missing = nodes.flatMap((each) => each.missing);
        return (
          <section className="stack-tight">
            <p className="panel-head">
              <WordMark
                word={
                  missing.length === 0
                    ? { word: 'nothing that the baseline sees is missing in the candidate', tone: 'good' }
                    : { word: `missing in the candidate: ${[...new Set(missing)].join(', ')}`, tone: 'bad' }
                }
              />
              <span className="quiet">
                {counted(nodes.length, 'node')}
                {at === null ? null : (
                  <>
                    , slot {slot}, <Time at={at} />
                  </>
                )}
              </span>
            </p>
            <PresenceTable nodes={[...nodes].sort(byLoss)} names={view.criticalProcesses} />
            <p className="quiet">
              The variants read a few seconds apart, so a process that lives for a second may be seen by one of them
              only. A limit counts a loss in several slots.
            </p>
          </section>
        );
      }}
    </Loaded>
  );
};

const byLoss = (a: ProcessPresence, b: ProcessPresence): number =>
  b.missing.length - a.missing.length || a.node.localeCompare(b.node);

const PresenceTable = ({
  nodes,
  names,
}: {
  readonly nodes: readonly ProcessPresence[];
  readonly names: readonly string[];
}) => (
  <ScrollRegion label="Processes per node">
    <table className="table matrix">
      <thead>
        <tr>
          <th scope="col">Node</th>
          {names.map((name) => (
            <th scope="col" key={name}>
              <code>{name}</code>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {nodes.map((presence) => (
          <tr key={presence.node}>
            <th scope="row">{presence.node}</th>
            {names.map((name) => (
              <td key={name} data-label={name}>
                <WordMark word={presenceOf(presence, name)} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollRegion>
);

/** Not seen by the baseline either says nothing about the candidate. */
const presenceOf = ({ seenByBaseline, seenByCandidate }: ProcessPresence, name: string) => {
  const isIn = { baseline: seenByBaseline.includes(name), candidate: seenByCandidate.includes(name) };
  if (isIn.baseline && isIn.candidate) return { word: 'both see it', tone: 'good' } as const;
  if (isIn.baseline) return { word: 'candidate lost it', tone: 'bad' } as const;
  if (isIn.candidate) return { word: 'candidate only', tone: 'unclear' } as const;
  return { word: 'not on this node', tone: 'neutral' } as const;
};
