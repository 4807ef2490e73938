import { useSyncExternalStore } from 'react';
import { formatAbsolute, formatRelative } from '../format/times.ts';

const listeners = new Set<() => void>();
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  if (timer === null) {
    nowMs = Date.now();
    timer = setInterval(() => {
      nowMs = Date.now();
      for (const each of listeners) each();
    }, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  };
};

/** The time, once a second for the whole page. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => nowMs);

/** Relative to read, absolute on hover. */
export const Time = ({ at }: { readonly at: string }) => {
  const now = useNow();
  return (
    <time dateTime={at} title={formatAbsolute(at)} className="num">
      {formatRelative(at, now)}
    </time>
  );
};
