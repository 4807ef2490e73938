import { queryOptions, useQuery } from '@tanstack/react-query';
import { LocalProgress } from '../../../local/web/progress.ts';
import { describeDuration } from '../../../src/kernel/duration.ts';
import type { Tone } from '../format/words.ts';
import { ToneIcon } from '../ui/icon.tsx';

type Part = LocalProgress['parts'][number];

// the web server of a local environment marks its pages; elsewhere nobody asks and nothing is shown
const address = document.querySelector<HTMLMetaElement>('meta[name="local-progress"]')?.content ?? null;

const isOver = ({ parts }: LocalProgress): boolean => parts.length > 0 && parts.every(({ state }) => state === 'ready');

const progressQuery = queryOptions({
  queryKey: ['local-progress'],
  enabled: address !== null,
  queryFn: async ({ signal }) => LocalProgress.parse(await (await fetch(address ?? '', { signal })).json()),
  refetchInterval: ({ state }) => (state.data !== undefined && isOver(state.data) ? 10_000 : 1000),
  retry: false,
});

/** Null where there is no local environment, and when all of it is ready. */
export const useLocalProgress = (): LocalProgress | null => {
  const { data } = useQuery(progressQuery);
  return data === undefined || data.parts.length === 0 || isOver(data) ? null : data;
};

const TONE: Readonly<Record<Part['state'], Tone>> = {
  waiting: 'neutral',
  working: 'busy',
  ready: 'good',
  failed: 'bad',
};

const timeOf = ({ state, elapsedSeconds, expectedSeconds }: Part): string => {
  if (state === 'waiting') return expectedSeconds === null ? '' : `takes about ${describeDuration(expectedSeconds)}`;
  if (elapsedSeconds === null) return '';
  const isGuessUseful = state === 'working' && expectedSeconds !== null && expectedSeconds > elapsedSeconds;
  return isGuessUseful
    ? `${describeDuration(elapsedSeconds)} of about ${describeDuration(expectedSeconds)}`
    : describeDuration(elapsedSeconds);
};

/** How far the local environment is, part by part; what is compiled once is kept for the next start. */
export const LocalProgressPanel = ({ isApiReady }: { readonly isApiReady: boolean }) => {
  const progress = useLocalProgress();
  if (progress === null) return null;
  return (
    <section className="local" aria-label="Local environment">
      <h2>The local environment is coming up</h2>
      <p className="quiet">
        {isApiReady
          ? 'You can sign in already. Experiments can start as soon as the cluster is there.'
          : 'The sign-in appears here as soon as the API is deployed.'}{' '}
        What is compiled now is kept for the next time.
      </p>
      <ul className="local-parts">
        {progress.parts.map((part) => (
          <li key={part.key}>
            <ToneIcon tone={TONE[part.state]} />
            <span>{part.label}</span>
            <span className="quiet">
              {part.state === 'waiting' ? 'waiting ' : <span className="only-read">{part.state}: </span>}
              {part.detail}
            </span>
            <span className="num quiet">{timeOf(part)}</span>
            {part.state === 'working' && part.expectedSeconds !== null && part.elapsedSeconds !== null ? (
              <progress value={part.elapsedSeconds} max={Math.max(part.expectedSeconds, part.elapsedSeconds)} />
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
};

/** The same in one line, above every page, until all is ready. */
export const LocalProgressLine = () => {
  const progress = useLocalProgress();
  if (progress === null) return null;
  const failed = progress.parts.find(({ state }) => state === 'failed');
  const busy = failed ?? progress.parts.find(({ state }) => state === 'working') ?? progress.parts[0];
  const ready = progress.parts.filter(({ state }) => state === 'ready').length;
  if (busy === undefined) return null;
  return (
    <p className="notice" role="status">
      <ToneIcon tone={TONE[busy.state]} /> Local environment: {ready} of {progress.parts.length} parts ready.{' '}
      {busy.label}: {busy.detail} <span className="num quiet">{timeOf(busy)}</span>
    </p>
  );
};
