import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Cluster } from '../../../src/clusters/domain/cluster.ts';
import { ExperimentId } from '../../../src/kernel/identity.ts';
import { clusterNodesQuery } from '../api/queries.ts';
import { WordMark } from '../ui/chips.tsx';
import { Quantity } from '../ui/measure.tsx';
import { Loaded } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';

/** Nodes as they were last seen, and who holds them. */
export const Nodes = ({ cluster }: { readonly cluster: Cluster }) => {
  const query = useQuery(clusterNodesQuery(cluster.id));
  return (
    <section>
      <div className="panel-head">
        <h3>Nodes</h3>
        {query.data?.seenAt == null ? null : (
          <span className="quiet">
            seen <Time at={query.data.seenAt} />
          </span>
        )}
      </div>
      <Loaded query={query} what="The list of nodes">
        {({ items }) =>
          items.length === 0 ? (
            <p className="quiet">No node was seen yet. They are listed as soon as the cluster was looked at.</p>
          ) : (
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">Node</th>
                  <th scope="col">State</th>
                  <th scope="col">Cores</th>
                  <th scope="col">Memory</th>
                  <th scope="col">Held by</th>
                </tr>
              </thead>
              <tbody>
                {items.map((node) => (
                  <tr key={node.uid}>
                    <td data-label="Node">
                      <code>{node.name}</code>
                    </td>
                    <td data-label="State">
                      <WordMark
                        word={node.ready ? { word: 'ready', tone: 'good' } : { word: 'not ready', tone: 'bad' }}
                      />
                    </td>
                    <td data-label="Cores">
                      <Quantity value={node.cpuCores} unit="" />
                    </td>
                    <td data-label="Memory">
                      <Quantity value={node.memoryBytes} unit="bytes" />
                    </td>
                    <td data-label="Held by">
                      <Holder id={node.reservedBy} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </section>
  );
};

const Holder = ({ id }: { readonly id: string | null }) => {
  const experimentId = ExperimentId.safeParse(id).data;
  if (id === null) return <span className="quiet">free</span>;
  if (experimentId === undefined) return <code>{id}</code>;
  return (
    <Link to="/experiments/$experimentId" params={{ experimentId }}>
      {id}
    </Link>
  );
};
