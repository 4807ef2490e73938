import type { UseQueryResult } from '@tanstack/react-query';
import type { NeededTime as Plan } from '../../../../src/experiments/contract/plan.ts';
import { failureLine } from '../../api/failures.ts';
import { Button } from '../../ui/button.tsx';
import { WordMark } from '../../ui/chips.tsx';

/** Beside the duration: how long it must run to be sure, and what that rests on. Follows the form when it comes to rest. */
export const NeededTime = ({
  plan,
  isReadable,
  isAccepted,
  onTake,
  onAccept,
}: {
  readonly plan: UseQueryResult<Plan>;
  /** what is in the form can be read as settings */
  readonly isReadable: boolean;
  /** a person takes it although it is not enough */
  readonly isAccepted: boolean;
  readonly onTake: (duration: string) => void;
  readonly onAccept: (isAccepted: boolean) => void;
}) => {
  if (plan.error !== null) return <p className="quiet">How long it needs is not known: {failureLine(plan.error)}</p>;
  if (plan.data === undefined) return null;
  const { enough, hint, basis, neededSeconds } = plan.data;
  return (
    <div role="status" className={plan.isPlaceholderData || !isReadable ? 'is-old' : undefined}>
      <p className="sentence">
        <WordMark word={{ word: hint, tone: enough ? 'good' : 'bad' }} />
        {enough || neededSeconds === null ? null : (
          <Button look="quiet" onClick={() => onTake(asTyped(neededSeconds))}>
            {`Take ${asTyped(neededSeconds)}`}
          </Button>
        )}
      </p>
      <p className="quiet">{basis.sentence}</p>
      {enough && !isAccepted ? null : (
        <label className="check">
          <input type="checkbox" checked={isAccepted} onChange={({ target }) => onAccept(target.checked)} />
          It may end without an answer
        </label>
      )}
    </div>
  );
};

/** A duration as people type it, never shorter than it is. */
export const asTyped = (seconds: number): string => (seconds < 60 ? `${seconds}s` : `${Math.ceil(seconds / 60)}m`);
