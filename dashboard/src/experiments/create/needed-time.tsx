import { useQuery } from '@tanstack/react-query';
import { failureLine } from '../../api/failures.ts';
import { planQuery, type SettingsInput } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { WordMark } from '../../ui/chips.tsx';

/** Beside the duration: how long it must run to be sure, and what that rests on. Follows the form when it comes to rest. */
export const NeededTime = ({
  settings,
  onTake,
}: {
  /** null while something cannot be read */
  readonly settings: SettingsInput | null;
  readonly onTake: (duration: string) => void;
}) => {
  const plan = useQuery({ ...planQuery(settings ?? ({} as SettingsInput)), enabled: settings !== null });
  if (plan.error !== null) return <p className="quiet">How long it needs is not known: {failureLine(plan.error)}</p>;
  if (plan.data === undefined) return null;
  const { enough, hint, basis, neededSeconds } = plan.data;
  return (
    <div role="status" className={plan.isPlaceholderData || settings === null ? 'is-old' : undefined}>
      <p className="sentence">
        <WordMark word={{ word: hint, tone: enough ? 'good' : 'bad' }} />
        {enough || neededSeconds === null ? null : (
          <Button look="quiet" onClick={() => onTake(asTyped(neededSeconds))}>
            {`Take ${asTyped(neededSeconds)}`}
          </Button>
        )}
      </p>
      <p className="quiet">{basis.sentence}</p>
    </div>
  );
};

/** A duration as people type it, never shorter than it is. */
export const asTyped = (seconds: number): string => (seconds < 60 ? `${seconds}s` : `${Math.ceil(seconds / 60)}m`);
