import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { ExperimentView } from '../../../../src/experiments/contract/views.ts';
import type { CriterionMetric } from '../../../../src/experiments/domain/settings.ts';
import { METRICS, MetricName } from '../../../../src/measurement/domain/sample.ts';
import { failureLine } from '../../api/failures.ts';
import { looksQuery, metricsQuery, namedQueriesQuery, transitionsQuery } from '../../api/queries.ts';
import { METRIC_TITLES } from '../../format/words.ts';
import { Button } from '../../ui/button.tsx';
import { CodeBlock } from '../../ui/copy.tsx';
import { Quantity } from '../../ui/measure.tsx';
import { Broken, Skeleton } from '../../ui/states.tsx';
import { chartDataOf, marksOf } from './chart-data.ts';
import { Charts } from './charts.tsx';
import { MetricsTable } from './metrics-table.tsx';
import { SlotsTable } from './slots-table.tsx';
import { effectsOf } from './verdict-panel.tsx';

/** The evidence in pictures: one metric over time beside all metrics against their margins. */
export const OverviewTab = ({ view }: { readonly view: ExperimentView }) => {
  const search = useSearch({ from: '/frame/experiments/$experimentId' });
  const navigate = useNavigate({ from: '/experiments/$experimentId' });
  const effects = effectsOf(view);
  const metric = search.metric ?? primaryOf(view);
  const choose = (chosen: CriterionMetric) =>
    void navigate({ search: (before) => ({ ...before, metric: chosen }), replace: true, resetScroll: false });
  return (
    <div className="overview">
      <MetricChart view={view} metric={metric} onChoose={choose} />
      <section aria-label="Metrics">
        <h2>Metrics</h2>
        {effects.length === 0 ? (
          <p className="quiet">
            Nothing is judged yet. The criteria are{' '}
            {view.successCriteria.map((each) => METRIC_TITLES[each.metric]).join(', ')}.
          </p>
        ) : (
          <MetricsTable effects={effects} chosen={metric} onChoose={choose} />
        )}
        <MetricDetail view={view} metric={metric} />
      </section>
    </div>
  );
};

const primaryOf = (view: ExperimentView): CriterionMetric =>
  view.successCriteria.find(({ role }) => role === 'primary')?.metric ?? 'exported_points';

const MetricChart = ({
  view,
  metric,
  onChoose,
}: {
  readonly view: ExperimentView;
  readonly metric: CriterionMetric;
  readonly onChoose: (metric: CriterionMetric) => void;
}) => {
  const search = useSearch({ from: '/frame/experiments/$experimentId' });
  const navigate = useNavigate({ from: '/experiments/$experimentId' });
  const measured = MetricName.safeParse(metric).data ?? null;
  // a derived metric has looks and no series of its own; any series lends it the time axis
  const series = useQuery(metricsQuery(view, measured ?? 'exported_points'));
  const looks = useQuery(looksQuery(view));
  const transitions = useQuery(transitionsQuery(view));
  const node = search.node ?? null;
  const nodes = series.data?.variants[0]?.nodes.map((each) => each.node) ?? [];
  const hasRaw = measured !== null;
  const raw = series.data !== undefined && (series.data.metric === measured || !hasRaw) ? series.data : null;
  const data = useMemo(
    () => chartDataOf(raw, { looks: looks.data ?? [], verdict: view.verdict }, metric, node),
    [raw, looks.data, view.verdict, metric, node],
  );
  const marks = useMemo(() => marksOf(transitions.data ?? [], view.epoch), [transitions.data, view.epoch]);
  const range = search.from === undefined || search.to === undefined ? null : ([search.from, search.to] as const);
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const effect = comparedEffect(view, metric);
  const rawUnit = measured === null ? '' : METRICS[measured].unit;
  const failure = series.error ?? looks.error;
  const isWaiting = series.isPending || looks.isPending;

  return (
    <section className="chart-panel" aria-label="Over time">
      <div className="panel-head">
        <h2>Candidate against baseline</h2>
        <label className="choice">
          <span className="only-read">Metric</span>
          <select value={metric} onChange={({ target }) => onChoose(target.value as CriterionMetric)}>
            {metricsOf(view).map((each) => (
              <option key={each} value={each}>
                {METRIC_TITLES[each]}
              </option>
            ))}
          </select>
        </label>
        {nodes.length > 1 ? (
          <label className="choice">
            <span className="only-read">Node</span>
            <select
              value={node ?? ''}
              onChange={({ target }) => set({ node: target.value === '' ? undefined : target.value })}
            >
              <option value="">all nodes pooled</option>
              {nodes.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
        ) : null}
        <span className="panel-tools">
          {range === null ? null : (
            <Button look="quiet" onClick={() => set({ from: undefined, to: undefined })}>
              Show all slots
            </Button>
          )}
          <Button look="quiet" onClick={() => set({ view: search.view === 'table' ? undefined : 'table' })}>
            {search.view === 'table' ? 'As chart' : 'As table'}
          </Button>
        </span>
      </div>
      {failure !== null && series.data === undefined ? (
        <Broken
          what="The chart"
          failure={failure}
          onRetry={() => void series.refetch()}
          stillWorks="The verdict above still holds."
        />
      ) : isWaiting ? (
        <Skeleton lines={1} height={528} />
      ) : data.times.length === 0 ? (
        <p className="chart-empty quiet">
          No slot yet.{' '}
          {view.state === 'draft' ? 'Slots come after the start.' : 'The first one comes when both variants are ready.'}
        </p>
      ) : search.view === 'table' ? (
        <SlotsTable data={data} rawUnit={rawUnit} effectUnit={effect?.unit ?? ''} />
      ) : (
        <Charts
          data={data}
          marks={marks}
          title={METRIC_TITLES[metric]}
          rawUnit={rawUnit}
          effectUnit={effect?.unit ?? ''}
          hasRaw={hasRaw}
          range={range}
          onZoom={(chosen) => set({ from: chosen?.[0], to: chosen?.[1] })}
        />
      )}
      {failure !== null && series.data !== undefined ? (
        <p className="quiet">Not refreshed: {failureLine(failure)}</p>
      ) : null}
      <p className="legend quiet">
        <span className="key key-interval">interval of the looks</span>
        <span className="key key-dots">each slot</span>
        {hasRaw ? (
          <>
            <span className="key key-baseline">baseline</span>
            <span className="key key-candidate">candidate</span>
          </>
        ) : null}
        <span className="key key-gap">missing</span>
        <span>drag to zoom, double-click for all</span>
      </p>
    </section>
  );
};

/** What compares the variants; a limit only holds each node against a line. */
const comparedEffect = (view: ExperimentView, metric: CriterionMetric) =>
  effectsOf(view).find((each) => each.metric === metric && each.role !== 'limit');

/** What a chart can show: the criteria first, in their order, then whatever else is measured. */
const metricsOf = (view: ExperimentView): readonly CriterionMetric[] => [
  ...new Set([...view.successCriteria.map((each) => each.metric), ...MetricName.options.filter(isCriterion)]),
];

const isCriterion = (metric: MetricName): metric is MetricName & CriterionMetric => metric in METRIC_TITLES;

/** What the row means, in words, with the means it compares and the query it comes from. */
const MetricDetail = ({ view, metric }: { readonly view: ExperimentView; readonly metric: CriterionMetric }) => {
  const effect = comparedEffect(view, metric) ?? effectsOf(view).find((each) => each.metric === metric);
  const queries = useQuery(namedQueriesQuery(view)).data?.filter((each) => each.metric === metric) ?? [];
  return (
    <div className="metric-detail">
      {effect === undefined ? null : (
        <>
          <p>{effect.sentence}</p>
          <p className="quiet">
            Mean of baseline <Quantity value={effect.baselineMean} unit={effect.unit} />, of candidate{' '}
            <Quantity value={effect.candidateMean} unit={effect.unit} />; {effect.slots} slots used,{' '}
            {effect.slotsMissing} missing.
          </p>
        </>
      )}
      {queries.map(({ promql }) => (
        <CodeBlock key={promql} text={promql} label={`Query of ${METRIC_TITLES[metric]}`} />
      ))}
    </div>
  );
};
