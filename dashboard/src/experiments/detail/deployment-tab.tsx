import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type * as z from 'zod';
import type { ExperimentView, VariantView } from '../../../../src/experiments/contract/views.ts';
import { deploymentQuery } from '../../api/queries.ts';
import type { Tone } from '../../format/words.ts';
import { WordMark } from '../../ui/chips.tsx';
import { CodeBlock, Copyable } from '../../ui/copy.tsx';
import { Diff } from '../../ui/diff.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { Segments } from '../../ui/segments.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';

type Variant = z.infer<typeof VariantView>;

/** What is on the clusters: each node with both variants, and the settings that the collectors really have. */
export const DeploymentTab = ({ view }: { readonly view: ExperimentView }) => {
  const query = useQuery(deploymentQuery(view));
  return (
    <Loaded query={query} what="The deployment" stillWorks="The verdict and the other parts still hold.">
      {(variants) => (
        <div className="stack">
          <section>
            <div className="panel-head">
              <h2>Nodes and variants</h2>
              <Observed variants={variants} />
            </div>
            <Readiness view={view} variants={variants} />
          </section>
          <RenderedSettings variants={variants} />
        </div>
      )}
    </Loaded>
  );
};

const Observed = ({ variants }: { readonly variants: readonly Variant[] }) => {
  const at = variants.find(({ observedAt }) => observedAt !== null)?.observedAt ?? null;
  return at === null ? null : (
    <span className="quiet">
      seen <Time at={at} />
    </span>
  );
};

const STATUS: Readonly<Record<string, { readonly word: string; readonly tone: Tone }>> = {
  ready: { word: 'ready', tone: 'good' },
  starting: { word: 'starting', tone: 'busy' },
  failing: { word: 'failing', tone: 'bad' },
  missing: { word: 'not there', tone: 'neutral' },
};

const Readiness = ({ view, variants }: { readonly view: ExperimentView; readonly variants: readonly Variant[] }) => {
  const seen = variants.flatMap(({ variant, readiness }) =>
    readiness.flatMap((each) => each.readiness.nodes.map((node) => ({ ...node, variant }))),
  );
  const nodes = [...new Set([...view.nodes.map(({ node }) => node), ...seen.map(({ node }) => node)])];
  if (nodes.length === 0) {
    return (
      <Empty title="Nothing is deployed">
        <p>The nodes are chosen and reserved at the start.</p>
      </Empty>
    );
  }
  return (
    <ScrollRegion label="Nodes and variants">
      <table className="table matrix">
        <thead>
          <tr>
            <th scope="col">Node</th>
            {variants.map(({ variant }) => (
              <th scope="col" key={variant}>
                <span className={`key key-${variant}`}>{variant}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <tr key={node}>
              <th scope="row">{node}</th>
              {variants.map(({ variant, observedAt }) => {
                const found = seen.find((each) => each.node === node && each.variant === variant);
                const word =
                  observedAt === null
                    ? { word: 'not looked at yet', tone: 'neutral' as const }
                    : (STATUS[found?.status ?? 'missing'] ?? { word: 'not there', tone: 'neutral' as const });
                return (
                  <td key={variant} data-label={variant}>
                    <WordMark word={word} />
                    {found !== undefined && found.restarts > 0 ? (
                      <span className="num quiet"> {found.restarts} restarts</span>
                    ) : null}
                    {found?.message == null ? null : <code className="last-words">{found.message}</code>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
};

const RenderedSettings = ({ variants }: { readonly variants: readonly Variant[] }) => {
  const { settings = 'diff' } = useSearch({ from: '/frame/experiments/$experimentId' });
  const navigate = useNavigate({ from: '/experiments/$experimentId' });
  const rendered = Object.fromEntries(variants.map((each) => [each.variant, each.rendered]));
  const [baseline, candidate] = [rendered['baseline'] ?? null, rendered['candidate'] ?? null];
  if (baseline === null || candidate === null) {
    return <p className="quiet">The settings of the collectors are rendered and frozen at the start.</p>;
  }
  const shown = settings === 'baseline' ? baseline : candidate;
  return (
    <section>
      <div className="panel-head">
        <h2>Settings of the collectors</h2>
        <Segments
          label="What to show"
          name="settings"
          options={['diff', 'baseline', 'candidate']}
          words={{ diff: 'difference', baseline: 'baseline', candidate: 'candidate' }}
          chosen={settings}
          onChoose={(each) =>
            void navigate({ search: (before) => ({ ...before, settings: each }), replace: true, resetScroll: false })
          }
        />
        {settings === 'diff' ? null : <Copyable text={shown.sha256} shown={`sha256 ${shown.sha256.slice(0, 12)}…`} />}
      </div>
      {settings === 'diff' ? (
        <Diff before={baseline.yaml} after={candidate.yaml} beforeName="baseline" afterName="candidate" />
      ) : (
        <>
          <ol className="explanation">
            {shown.explanation.map(({ component, sentence }) => (
              <li key={component}>
                <code>{component}</code> {sentence}
              </li>
            ))}
          </ol>
          <CodeBlock text={shown.yaml} label={`Settings of the ${settings}`} />
        </>
      )}
    </section>
  );
};
