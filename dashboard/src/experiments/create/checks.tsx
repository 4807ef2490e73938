import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type * as z from 'zod';
import { ApiProblem } from '../../../../src/client/problem.ts';
import type { experimentRoutes } from '../../../../src/experiments/contract/routes.ts';
import { describeDuration } from '../../../../src/kernel/duration.ts';
import type { FieldError } from '../../../../src/kernel/outcome.ts';
import { counted } from '../../../../src/kernel/words.ts';
import type { SettingsInput } from '../../api/queries.ts';
import { formatCount } from '../../format/numbers.ts';
import { WordMark } from '../../ui/chips.tsx';
import { Broken, Skeleton } from '../../ui/states.tsx';

type ValidateRoute = Extract<(typeof experimentRoutes)[number], { name: 'validateExperiment' }>;
export type CheckAnswer = z.infer<ValidateRoute['response']>;

/** What the API says about it, every time somebody pauses: nothing is stored, nothing is reserved. */
export const Checks = ({
  settings,
  checks,
  findings,
}: {
  readonly settings: SettingsInput | null;
  readonly checks: UseQueryResult<CheckAnswer>;
  readonly findings: readonly FieldError[];
}) => {
  if (checks.error !== null && !(checks.error instanceof ApiProblem && checks.error.errors.length > 0)) {
    return (
      <Broken
        what="The check"
        failure={checks.error}
        onRetry={() => void checks.refetch()}
        stillWorks="You can save a draft meanwhile."
      />
    );
  }
  return (
    <section className="checks">
      <h2>What would come of it</h2>
      {findings.length > 0 ? (
        <Findings findings={findings} />
      ) : checks.data === undefined ? (
        settings === null ? null : (
          <Skeleton lines={4} />
        )
      ) : (
        <WordMark word={{ word: 'every check that needs no cluster passes', tone: 'good' }} />
      )}
      {checks.data === undefined ? null : (
        <Outcome checks={checks.data} settings={settings} isOld={checks.isPlaceholderData} />
      )}
      <p className="quiet">
        Seen only after the start: whether the cluster takes both deployments and each collector its settings. Rights
        and metrics source are lines of the cluster’s preflight.
      </p>
    </section>
  );
};

const Findings = ({ findings }: { readonly findings: readonly FieldError[] }) => (
  <>
    <WordMark word={{ word: `${counted(findings.length, 'finding')} to settle first`, tone: 'bad' }} />
    <ul className="findings">
      {findings.map(({ pointer, message }) => (
        <li key={`${pointer} ${message}`}>
          <code>{pointer === '' ? '/' : pointer}</code> {message}
        </li>
      ))}
    </ul>
  </>
);

const Outcome = ({
  checks,
  settings,
  isOld,
}: {
  readonly checks: CheckAnswer;
  readonly settings: SettingsInput | null;
  readonly isOld: boolean;
}) => {
  const held = checks.nodes.filter(({ heldBy }) => heldBy !== null);
  return (
    <>
      <dl className={`facts facts-stacked ${isOld ? 'is-old' : ''}`}>
        <div>
          <dt>Nodes</dt>
          <dd className="num">
            {checks.nodes.length - held.length} of {checks.nodes.length} free
          </dd>
        </div>
        <div>
          <dt>Measured</dt>
          <dd className="num">
            {formatCount(checks.slotsPlanned)} slots
            {settings?.slotSeconds === undefined ? '' : ` of ${describeDuration(settings.slotSeconds)}`}
          </dd>
        </div>
        <div>
          <dt>Takes</dt>
          <dd className="num">about {describeDuration(checks.totalSeconds)}</dd>
        </div>
        {checks.objects === 0 ? null : (
          <div>
            <dt>Deployed</dt>
            <dd className="num">{counted(checks.objects, 'object')} on the cluster, removed at its end</dd>
          </div>
        )}
      </dl>
      {held.length === 0 ? null : (
        <ul className="findings">
          {held.map(({ node, heldBy }) => (
            <li key={node}>
              <code>{node}</code> is held by{' '}
              {heldBy === null ? null : (
                <Link to="/experiments/$experimentId" params={{ experimentId: heldBy }}>
                  {heldBy}
                </Link>
              )}
            </li>
          ))}
        </ul>
      )}
      {checks.nodes.length === 0 ? <p className="field-finding">No ready node matches.</p> : null}
    </>
  );
};
