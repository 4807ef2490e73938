import { useEffect, useState } from 'react';

/** Checks run when somebody pauses, not at each key. */
const PAUSE_MS = 350;

/** A value as it was when somebody last paused. */
export const useSettled = <T>(value: T): T => {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is the value
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
};
