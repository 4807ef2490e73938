import { Link } from '@tanstack/react-router';
import type { ExperimentSummary } from '../../../src/experiments/contract/views.ts';
import { nameOf } from '../format/words.ts';
import { GuardrailMarks, StateChip, VerdictMark } from '../ui/chips.tsx';
import { Estimate } from '../ui/measure.tsx';
import { Time } from '../ui/time.tsx';

/** One line each; the sentence appears below the line that is pointed at or focused. */
export const ListTable = ({ items }: { readonly items: readonly ExperimentSummary[] }) => (
  <table className="table list-table">
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">State</th>
        <th scope="col">Verdict</th>
        <th scope="col">Saving (interval)</th>
        <th scope="col">Guardrails</th>
        <th scope="col">Ends</th>
        <th scope="col" className="cell-owner">
          Owner
        </th>
        <th scope="col">Updated</th>
      </tr>
    </thead>
    <tbody>
      {items.map((item) => (
        <Row key={item.id} item={item} />
      ))}
    </tbody>
  </table>
);

const Row = ({ item }: { readonly item: ExperimentSummary }) => (
  <tr>
    <td data-label="Name" className="cell-name">
      <Link to="/experiments/$experimentId" params={{ experimentId: item.id }}>
        {item.name}
      </Link>
      {item.epoch > 1 ? <span className="quiet num"> epoch {item.epoch}</span> : null}
      {item.sentence === null ? null : <p className="row-sentence">{item.sentence}</p>}
    </td>
    <td data-label="State">
      <StateChip state={item.state} done={item.slotsMeasured} planned={item.slotsPlanned} />
      {item.cleanup === 'overdue' ? <span className="tone-text-bad"> cleanup overdue</span> : null}
    </td>
    <td data-label="Verdict">
      {item.verdict === null ? <span className="quiet">not yet</span> : <VerdictMark verdict={item.verdict} />}
    </td>
    <td data-label="Saving">
      {item.primary === null ? <span className="quiet">–</span> : <Estimate effect={item.primary} />}
    </td>
    <td data-label="Guardrails">
      <GuardrailMarks guardrails={item.guardrails} />
    </td>
    <td data-label="Ends" className="cell-ends">
      {item.endsAt === null || item.state !== 'running' ? <span className="quiet">–</span> : <Time at={item.endsAt} />}
    </td>
    <td data-label="Owner" className="cell-owner">
      {nameOf(item.createdBy)}
    </td>
    <td data-label="Updated">
      <Time at={item.updatedAt} />
    </td>
  </tr>
);
