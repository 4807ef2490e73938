import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { describeDuration } from '../../../src/kernel/duration.ts';
import type { OperationId } from '../../../src/kernel/identity.ts';
import type { Operation } from '../../../src/platform/declare/operation.ts';
import { operationQuery } from '../api/queries.ts';
import { Button, type ButtonProps } from './button.tsx';
import { FailureLine } from './failure-line.tsx';
import { useNow } from './time.tsx';

/** Asks for long work at once, follows it, and shows its end; who leaves does not end the work. */
export const Work = ({
  verb,
  look = 'primary',
  ask,
  onDone,
  done,
}: {
  readonly verb: string;
  readonly look?: NonNullable<ButtonProps['look']>;
  readonly ask: () => Promise<Operation>;
  readonly onDone: (operation: Operation) => void;
  readonly done: (operation: Operation) => React.ReactNode;
}) => {
  const [id, setId] = useState<OperationId | null>(null);
  const begin = useMutation({ mutationFn: ask, onSuccess: (operation) => setId(operation.id) });
  const operation = useQuery({ ...operationQuery(id ?? ('' as OperationId)), enabled: id !== null });
  const state = operation.data?.state;
  const now = useNow();
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once, when it is over
  useEffect(() => {
    if (operation.data?.state === 'succeeded') onDone(operation.data);
  }, [state]);

  const failure = begin.error ?? operation.error;
  if (failure !== null) return <FailureLine failure={failure} />;
  if (operation.data !== undefined && state === 'succeeded') return done(operation.data);
  if (operation.data !== undefined && state === 'failed') {
    return (
      <p className="field-finding" role="alert">
        {operation.data.problem?.message ?? 'it failed without saying why'} ({operation.data.problem?.code ?? 'no code'}
        , {operation.data.id})
      </p>
    );
  }
  if (begin.isIdle) {
    return (
      <Button look={look} onClick={() => begin.mutate()}>
        {verb}
      </Button>
    );
  }
  const seconds = operation.data === undefined ? 0 : (now - Date.parse(operation.data.createdAt)) / 1000;
  return (
    <p role="status">
      <progress aria-label="Waiting for the worker" />{' '}
      {state === 'running' ? 'The worker is asking' : 'Waiting for a worker'}{' '}
      <span className="num quiet">{describeDuration(Math.max(0, seconds))}</span>
    </p>
  );
};
