const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type EndingSignal = keyof typeof EXIT_CODES;

/**
 * Ends the environment when a person or the system asks for it (Ctrl-C, SIGTERM, a closed terminal). The first signal
 * begins an orderly stop, a second one exits at once. Answers a function that takes the listeners away again.
 */
export const stopOnSignals = (stop: (signal: EndingSignal) => Promise<void>): (() => void) => {
  let asked = false;
  const listeners = (Object.keys(EXIT_CODES) as EndingSignal[]).map((signal) => {
    const listener = (): void => {
      if (asked) process.exit(EXIT_CODES[signal]);
      asked = true;
      stop(signal).finally(() => process.exit(EXIT_CODES[signal]));
    };
    process.on(signal, listener);
    return () => process.removeListener(signal, listener);
  });
  return () => {
    for (const remove of listeners) remove();
  };
};
