import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { describeFailure } from '../api/failures.ts';
import { Button } from './button.tsx';
import { Copyable } from './copy.tsx';
import { Icon } from './icon.tsx';

/** Grey bars where words will be, in the size of the final layout, so that nothing jumps. */
export const Skeleton = ({ lines = 3, height }: { readonly lines?: number; readonly height?: number }) => (
  <div className="skeleton" role="status" aria-label="Loading" style={height === undefined ? undefined : { height }}>
    {Array.from({ length: lines }, (_, line) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: bars have no identity
      <span key={line} className="skeleton-bar" />
    ))}
  </div>
);

/** What this place is for, and the one thing to do first. */
export const Empty = ({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) => (
  <section className="state state-empty">
    <h2>{title}</h2>
    <div className="state-text">{children}</div>
    {action}
  </section>
);

/** Nothing fits what was asked for, and the way back to everything. */
export const NoMatch = ({
  things,
  children,
  onClear,
}: {
  /** `experiments` */
  readonly things: string;
  readonly children: ReactNode;
  readonly onClear: () => void;
}) => (
  <Empty title="Nothing matches" action={<Button onClick={onClear}>{`Show all ${things}`}</Button>}>
    <p>{children}</p>
  </Empty>
);

/** Which permission is missing, and who can give it. */
export const Refused = ({
  permission,
  role,
  message,
}: {
  readonly permission: string | null;
  readonly role: string | null;
  readonly message?: string;
}) => (
  <section className="state state-refused">
    <h2>
      <Icon name="lock" /> You may not see or do this
    </h2>
    <div className="state-text">
      {permission === null ? (
        <p>{message}</p>
      ) : (
        <p>
          It needs the permission <code>{permission}</code>
          {role === null ? '.' : `, which the role ${role} has.`} An admin of your tenant can give it to you.
        </p>
      )}
    </div>
    <Link to="/experiments" className="button">
      Back to the experiments
    </Link>
  </section>
);

/** What failed, what still works, and what to tell whoever looks into it. */
export const Broken = ({
  what,
  failure,
  onRetry,
  stillWorks,
}: {
  /** `The list of experiments` */
  readonly what: string;
  readonly failure: unknown;
  readonly onRetry?: (() => void) | undefined;
  readonly stillWorks?: string | undefined;
}) => {
  const described = describeFailure(failure);
  if (described.kind === 'refused') return <Refused {...described} />;
  if (described.kind === 'missing') {
    return (
      <Empty
        title={`${what} is not there`}
        action={
          <Link to="/experiments" className="button">
            Back to the experiments
          </Link>
        }
      >
        <p>{described.message}</p>
      </Empty>
    );
  }
  return (
    <section className="state state-broken" role="alert">
      <h2>
        <Icon name="cross" className="tone-bad" /> {what} cannot be shown
      </h2>
      <div className="state-text">
        <p>
          {described.message}. {described.advice} {stillWorks}
        </p>
        {described.requestId === null ? null : (
          <p className="quiet">
            {described.code} · request <Copyable text={described.requestId} />
          </p>
        )}
      </div>
      {onRetry === undefined ? null : (
        <Button icon="retry" onClick={onRetry}>
          Try again
        </Button>
      )}
    </section>
  );
};

interface QueryLike<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly refetch: () => unknown;
}

/** The four states around one query: what is known stays on the page while a refresh fails. */
export const Loaded = <T,>({
  query,
  what,
  skeleton = <Skeleton />,
  stillWorks,
  children,
}: {
  readonly query: QueryLike<T>;
  readonly what: string;
  readonly skeleton?: ReactNode;
  readonly stillWorks?: string;
  readonly children: (value: T) => ReactNode;
}) => {
  if (query.data !== undefined) return children(query.data);
  if (query.error !== null) {
    return <Broken what={what} failure={query.error} onRetry={() => void query.refetch()} stillWorks={stillWorks} />;
  }
  return skeleton;
};
