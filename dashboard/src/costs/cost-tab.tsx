import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ApiProblem } from '../../../src/client/problem.ts';
import { PriceBookId } from '../../../src/cost/domain/price-book.ts';
import type { CostAnalysis } from '../../../src/experiments/contract/cost-routes.ts';
import type { ExperimentView } from '../../../src/experiments/contract/views.ts';
import { moneyText } from '../../../src/kernel/money.ts';
import { counted } from '../../../src/kernel/words.ts';
import { costAnalysisQuery } from '../api/queries.ts';
import { formatCount, formatNumber, NOTHING } from '../format/numbers.ts';
import { WordMark } from '../ui/chips.tsx';
import { Field, FindingsProvider } from '../ui/field.tsx';
import { Empty, Loaded, Skeleton } from '../ui/states.tsx';
import { BillPanel } from './bill-panel.tsx';
import { DeductionText, spanText } from './cost-text.tsx';
import { EveryBill } from './every-bill.tsx';

/** What was measured, on every bill: what it is of, the table, one bill in depth, and what it cost to know. */
export const CostTab = ({ view }: { readonly view: ExperimentView }) => {
  const { bytes, fleet } = useSearch({ from: '/frame/experiments/$experimentId' });
  const query = useQuery(costAnalysisQuery(view, { bytesPerPoint: bytes, fleetNodes: fleet }));
  const refusal = query.error instanceof ApiProblem ? query.error : null;
  if (query.data === undefined && refusal?.code === 'USAGE_NOT_MEASURED') {
    return (
      <Empty
        title="Nothing to price yet"
        action={
          <Link to="/costs" className="button">
            Price amounts of your own
          </Link>
        }
      >
        <p>
          From five measured slots on this shows what the usage of both variants costs on every bill, how far the next
          tier is, and when the experiment has paid for itself.
        </p>
      </Empty>
    );
  }
  return (
    <div className="stack">
      <Questions view={view} refusal={refusal} />
      {query.data === undefined && refusal?.code === 'FLEET_NOT_KNOWN' ? null : (
        <Loaded
          query={query}
          what="The cost analysis"
          stillWorks="The verdict and the other parts still hold."
          skeleton={<Skeleton lines={8} height={460} />}
        >
          {(analysis) => <Analysed analysis={analysis} />}
        </Loaded>
      )}
    </div>
  );
};

/** What evidence cannot say by itself: how a vendor counts bytes, and how large the fleet is. */
const Questions = ({ view, refusal }: { readonly view: ExperimentView; readonly refusal: ApiProblem | null }) => {
  const { bytes, fleet } = useSearch({ from: '/frame/experiments/$experimentId' });
  const navigate = useNavigate({ from: '/experiments/$experimentId' });
  const set = (change: { readonly bytes?: number | undefined; readonly fleet?: number | undefined }): void =>
    void navigate({ to: '.', search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const findings =
    refusal?.code === 'FLEET_NOT_KNOWN'
      ? [{ pointer: '/fleet', code: refusal.code, message: refusal.message }]
      : refusal?.status === 422
        ? refusal.errors
        : [];
  return (
    <FindingsProvider findings={findings}>
      <div className="usage-form">
        <Field
          label="Bytes per point"
          pointer="/bytes_per_point"
          hint="as a vendor counts them; bytes on the wire are billed by nobody"
        >
          {(control) => <NumberInput control={control} value={bytes} onChange={(value) => set({ bytes: value })} />}
        </Field>
        <Field
          label="Nodes of the whole fleet"
          pointer="/fleet"
          hint={`empty: ${counted(view.nodes.length, 'node')} that ${view.nodes.length === 1 ? 'was' : 'were'} measured`}
        >
          {(control) => <NumberInput control={control} value={fleet} onChange={(value) => set({ fleet: value })} />}
        </Field>
      </div>
    </FindingsProvider>
  );
};

const NumberInput = ({
  control,
  value,
  onChange,
}: {
  readonly control: object;
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
}) => (
  <input
    {...control}
    type="number"
    min={1}
    step={1}
    value={value ?? ''}
    onChange={({ target }) => onChange(target.value === '' ? undefined : target.valueAsNumber)}
  />
);

const Analysed = ({ analysis }: { readonly analysis: CostAnalysis }) => {
  const { bill } = useSearch({ from: '/frame/experiments/$experimentId' });
  const navigate = useNavigate({ from: '/experiments/$experimentId' });
  const chosen = analysis.items.find(({ priceBook }) => priceBook === bill);
  return (
    <>
      {analysis.noHeadline === null ? null : (
        <p className="panel-head">
          <WordMark word={{ word: 'hypothetical baseline', tone: 'unclear' }} /> <span>{analysis.noHeadline}</span>
        </p>
      )}
      <Measured analysis={analysis} />
      <EveryBill
        rows={analysis.items}
        chosen={bill}
        onChoose={(priceBook) =>
          void navigate({
            to: '.',
            search: (before) => ({ ...before, bill: priceBook === bill ? undefined : priceBook }),
            replace: true,
            resetScroll: false,
          })
        }
      />
      {chosen === undefined ? (
        <p className="quiet">A bill shows its lines, the edges of its tiers, what is left after paying, and payback.</p>
      ) : (
        <BillPanel row={chosen} headline={chosen.headline} isHypothetical={analysis.hypotheticalBaseline} />
      )}
      <OwnCost analysis={analysis} />
    </>
  );
};

const Measured = ({
  analysis: { comparison, nodes, nodesMeasured, slots, verdict, wireBytesPerPoint },
}: {
  readonly analysis: CostAnalysis;
}) => (
  <dl className="facts">
    <div>
      <dt>Money of</dt>
      <dd className="num">
        {counted(nodes, 'node')}
        {nodes === nodesMeasured ? ', as measured' : `, from ${nodesMeasured} measured`}
      </dd>
    </div>
    {(['series', 'pointsPerMinute'] as const).map((axis) => (
      <div key={axis}>
        <dt>{axis === 'series' ? 'Active series' : 'Points a minute'}</dt>
        <dd className="num">
          {amount(comparison.baseline[axis])} → {amount(comparison.candidate[axis])}
        </dd>
      </div>
    ))}
    <div>
      <dt>Bytes on the wire per point</dt>
      <dd className="num">
        {formatNumber(wireBytesPerPoint.baseline)} → {formatNumber(wireBytesPerPoint.candidate)}
      </dd>
    </div>
    <div>
      <dt>Evidence</dt>
      <dd className="num">
        {formatCount(slots)} slots{verdict === null ? ', so far' : ''}
      </dd>
    </div>
  </dl>
);

const amount = (given: CostAnalysis['comparison']['baseline']['series']): string => {
  if (given === undefined) return NOTHING;
  return typeof given === 'number' ? formatNumber(given) : spanText(given, formatNumber);
};

const NODES = PriceBookId.parse('collector-compute');

const OwnCost = ({ analysis: { experiment, compute } }: { readonly analysis: CostAnalysis }) => (
  <section className="stack-tight">
    <h2>What it cost to know</h2>
    <dl className="facts">
      <div>
        <dt>The experiment</dt>
        <dd>
          <DeductionText given={experiment.total} period="once" />
        </dd>
      </div>
      {experiment.parts.map(({ title, quantity, unit, cost }) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd className="num">
            {formatNumber(quantity)} × {unit}
            {cost === null ? '' : `, ${moneyText(cost)}`}
          </dd>
        </div>
      ))}
      <div>
        <dt>Compute of the candidate, against the baseline</dt>
        <dd>
          <DeductionText given={compute} period="a month" />
        </dd>
      </div>
    </dl>
    <p className="quiet">
      Not counted: {experiment.notCounted.join('; ')}. Prices of your nodes:{' '}
      <Link to="/costs/$priceBookId" params={{ priceBookId: NODES }}>
        Compute of the collectors
      </Link>
      .
    </p>
  </section>
);
