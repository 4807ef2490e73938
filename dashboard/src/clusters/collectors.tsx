import { useQuery } from '@tanstack/react-query';
import type { Cluster } from '../../../src/clusters/domain/cluster.ts';
import {
  COLLECTOR_PRODUCTS,
  FITNESS_WORDS,
  type FITNESSES,
  missingRules,
  sourceName,
} from '../../../src/clusters/domain/collector.ts';
import { counted } from '../../../src/kernel/words.ts';
import { collectorsQuery } from '../api/queries.ts';
import type { Word } from '../format/words.ts';
import { WordMark } from '../ui/chips.tsx';
import { CodeBlock } from '../ui/copy.tsx';
import { Loaded } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';

/** What others run on the cluster to collect, as the last look found it. */
export const Collectors = ({ cluster }: { readonly cluster: Cluster }) => {
  const query = useQuery(collectorsQuery(cluster.id));
  return (
    <section>
      <div className="panel-head">
        <h3>Collectors that run here</h3>
        {query.data?.seenAt == null ? null : (
          <span className="quiet">
            seen <Time at={query.data.seenAt} />
          </span>
        )}
      </div>
      <Loaded query={query} what="The list of collectors">
        {({ seenAt, items, missing }) => (
          <>
            {items.length > 0 ? (
              <CollectorTable items={items} />
            ) : (
              <p className="quiet">
                {seenAt === null
                  ? 'Nobody has looked yet. A baseline is worth most when it is what runs today.'
                  : 'The last look found none.'}
              </p>
            )}
            {missing.length === 0 ? null : (
              <div className="stack">
                <p className="field-finding">
                  {counted(missing.length, 'right is', 'rights are')} missing:{' '}
                  {missing.map(({ message }) => message).join('; ')}.
                </p>
                <CodeBlock text={missingRules(missing)} label="Rules of a ClusterRole that give the missing rights" />
              </div>
            )}
          </>
        )}
      </Loaded>
    </section>
  );
};

const FITNESS: Readonly<Record<(typeof FITNESSES)[number], Word>> = {
  testable: { word: FITNESS_WORDS.testable, tone: 'good' },
  preview_only: { word: FITNESS_WORDS.preview_only, tone: 'unclear' },
  not: { word: FITNESS_WORDS.not, tone: 'neutral' },
};

type Found = Awaited<ReturnType<NonNullable<ReturnType<typeof collectorsQuery>['queryFn']>>>['items'];

const CollectorTable = ({ items }: { readonly items: Found }) => (
  <table className="table">
    <thead>
      <tr>
        <th scope="col">Collector</th>
        <th scope="col">What it is</th>
        <th scope="col">Nodes</th>
        <th scope="col">Settings</th>
        <th scope="col">Can be</th>
      </tr>
    </thead>
    <tbody>
      {items.map(({ id, product, workload, version, image, imageDigest, nodes, settingsFrom, fitness, reasons }) => (
        <tr key={id}>
          <td data-label="Collector">
            <code title={id}>{workload.name}</code>
            <div className="quiet">
              {workload.kind} in {workload.namespace}
            </div>
          </td>
          <td data-label="What it is" title={imageDigest === null ? image : `${image} (${imageDigest})`}>
            {COLLECTOR_PRODUCTS[product]} {version}
          </td>
          <td data-label="Nodes" className="num">
            {nodes.length}
          </td>
          <td data-label="Settings">{settingsFrom.map(sourceName).join(', ') || '–'}</td>
          <td data-label="Can be">
            <WordMark word={FITNESS[fitness]} />
            {reasons.map((reason) => (
              <div className="quiet" key={reason}>
                {reason}
              </div>
            ))}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);
