import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { counted } from '../../../../src/kernel/words.ts';
import { type PreviewBody, previewQuery } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { ChooseFile } from '../../ui/choose-file.tsx';
import { FailureLine } from '../../ui/failure-line.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { FromExperiment } from './from-experiment.tsx';
import { PreviewBills, PreviewFigures } from './preview-figures.tsx';
import { type ReadRecording, readRecording } from './read-recording.ts';

/** What is looked ahead at, beside the recording; null while it cannot be read. */
export type PreviewQuestion = Omit<PreviewBody, 'recording' | 'hosts'>;

/** What two pipelines would send from a host that was recorded or that an experiment measures, live beside whatever chooses them. Nothing is stored. */
export const PreviewPanel = ({ question }: { readonly question: PreviewQuestion | null }) => {
  const [file, setFile] = useState<ReadRecording | null>(null);
  const [hosts, setHosts] = useState(1);
  return (
    <section className="preview" aria-label="Preview">
      <h2>Preview</h2>
      {file?.isReadable === true ? (
        <p className="quiet">
          On {file.name}: {counted(file.recording.moments.length, 'moment')} of a host.{' '}
          <Button look="quiet" onClick={() => setFile(null)}>
            Another host
          </Button>
          <label>
            {' '}
            Hosts like it{' '}
            <input
              type="number"
              className="preview-hosts"
              min={1}
              max={MOST_HOSTS}
              value={hosts}
              onChange={({ target }) =>
                setHosts(Math.min(MOST_HOSTS, Math.max(1, Math.round(target.valueAsNumber) || 1)))
              }
            />
          </label>
        </p>
      ) : (
        <>
          <p>
            Series, points and money of both, before anything runs: record a host with{' '}
            <code>phoenix pipeline record host.json</code> and open the file here. It holds names of programs and sizes,
            no arguments and no environment.
          </p>
          {file === null ? null : (
            <p className="field-finding" role="alert">
              {file.name} cannot be used: {file.because}
            </p>
          )}
          <OpenRecording onRead={setFile} />
          <FromExperiment onRead={setFile} />
        </>
      )}
      {file?.isReadable !== true ? null : question === null ? (
        <p className="quiet">It comes when every field can be read.</p>
      ) : (
        <Answer nth={file.nth} body={{ ...question, recording: file.recording, hosts }} />
      )}
    </section>
  );
};

const MOST_HOSTS = 1_000_000;

const OpenRecording = ({ onRead }: { readonly onRead: (read: ReadRecording) => void }) => (
  <ChooseFile
    words="Open a recording"
    accept=".json,application/json"
    onRead={(text, name) => onRead(readRecording(name, text))}
  />
);

const Answer = ({ nth, body }: { readonly nth: number; readonly body: PreviewBody }) => {
  const preview = useQuery(previewQuery(nth, body));
  if (preview.error !== null) return <FailureLine failure={preview.error} />;
  if (preview.data === undefined) return <Skeleton lines={5} />;
  return (
    <div className={preview.isPlaceholderData ? 'preview-answer is-old' : 'preview-answer'}>
      <PreviewFigures preview={preview.data} />
      <PreviewBills preview={preview.data} />
    </div>
  );
};
