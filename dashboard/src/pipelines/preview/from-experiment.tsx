import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { mayWith } from '../../../../src/access/domain/permissions.ts';
import { fromWire } from '../../../../src/client/wire.ts';
import { ProcessListResult } from '../../../../src/experiments/contract/process-list-routes.ts';
import type { ExperimentId } from '../../../../src/kernel/identity.ts';
import { recordingOf } from '../../../../src/pipelines/domain/process-list.ts';
import type { Operation } from '../../../../src/platform/declare/operation.ts';
import { experimentsQuery, meQuery } from '../../api/queries.ts';
import { api } from '../../session/session.ts';
import { Work } from '../../ui/work.tsx';
import { type ReadRecording, taken } from './read-recording.ts';

/** Processes as the baseline of a running experiment sends them, in place of a recorded host. */
export const FromExperiment = ({ onRead }: { readonly onRead: (read: ReadRecording) => void }) => {
  const may = mayWith('metrics:read', new Set(useQuery(meQuery).data?.permissions));
  const running = useInfiniteQuery({ ...experimentsQuery({ state: 'running' }), enabled: may.may });
  const [chosen, setChosen] = useState<ExperimentId | null>(null);
  const offered = running.data?.pages.flatMap(({ items }) => items) ?? [];
  const experiment = offered.find(({ id }) => id === chosen) ?? offered[0];
  if (experiment === undefined) return null;
  return (
    <>
      <label>
        Or take the processes of a running experiment{' '}
        <select value={experiment.id} onChange={({ target }) => setChosen(target.value as ExperimentId)}>
          {offered.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Work
        key={experiment.id}
        verb="Read what its baseline sends"
        look="plain"
        ask={async () => {
          // stays chosen when another one starts meanwhile
          setChosen(experiment.id);
          return (await api.listNodeProcesses({ params: { experimentId: experiment.id }, body: {} })).body;
        }}
        onDone={(operation) => onRead(readProcesses(experiment.name, operation))}
        done={() => null}
      />
    </>
  );
};

const readProcesses = (experiment: string, { result }: Operation): ReadRecording => {
  const read = ProcessListResult.safeParse(fromWire(ProcessListResult, result));
  return read.success
    ? taken(`${read.data.list.node} in ${experiment}`, recordingOf(read.data.list))
    : {
        isReadable: false,
        name: `What ${experiment} sends`,
        because: 'the worker answered in a form that this page does not know',
      };
};
