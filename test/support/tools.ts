import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ensureCollector, ensureControlPlane } from '../../local/toolchain/build.ts';
import { makeCache } from '../../local/toolchain/cache.ts';
import { ensureChromium } from '../../local/toolchain/chromium.ts';
import { ensurePrometheus } from '../../local/toolchain/prometheus.ts';
import { ensureConformancePython, ensureEmulatorPython } from '../../local/toolchain/python.ts';
import type { StepContext } from '../../local/toolchain/step.ts';
import { describeDuration } from '../../src/kernel/duration.ts';

/** The tools that tests share with the local environment: built or fetched once, kept in the user's cache. */
export const toolCache = () => makeCache(process.env['PHOENIX_CACHE'] ?? join(homedir(), '.cache', 'phoenix'));

const logFolder = (): string => {
  const folder = join(toolCache().folder, 'logs');
  mkdirSync(folder, { recursive: true });
  return folder;
};

/** Says on standard error what is done, at its begin and about every half minute. */
export const toolContext = (): StepContext => {
  const saidAt = new Map<string, number>();
  return {
    logFolder: logFolder(),
    report: ({ step, elapsedSeconds, expectedSeconds }) => {
      const last = saidAt.get(step);
      if (last !== undefined && elapsedSeconds - last < 30) return;
      saidAt.set(step, elapsedSeconds);
      const guess = expectedSeconds === undefined ? '' : ` of about ${describeDuration(expectedSeconds)}`;
      process.stderr.write(`  ◐ ${step}  ${describeDuration(elapsedSeconds)}${guess}\n`);
    },
  };
};

/** One after the other: two compilers at once only fight for the cores. */
export const prepareTools = async (): Promise<void> => {
  const cache = toolCache();
  const context = toolContext();
  await ensureEmulatorPython(cache, context);
  await ensureConformancePython(cache, context);
  await ensurePrometheus(cache, context);
  await ensureChromium(cache, context);
  await ensureCollector(cache, context);
  await ensureControlPlane(cache, context);
};
