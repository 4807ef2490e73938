import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COLLECTOR_ENVIRONMENT } from '../src/pipelines/domain/frame.ts';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';

/** Longer than any collector takes, so that a program that is none does not keep a script waiting. */
const PATIENCE_SECONDS = 30;

/** What our own collectors find in their environment, so that settings of ours can be judged where nothing sets it. */
const IN_PLACE: Readonly<Record<string, string>> = {
  [COLLECTOR_ENVIRONMENT.podIp]: '127.0.0.1',
  [COLLECTOR_ENVIRONMENT.nodeName]: 'node',
  [COLLECTOR_ENVIRONMENT.hostRoot]: '/',
  [COLLECTOR_ENVIRONMENT.cluster]: 'cluster',
  [COLLECTOR_ENVIRONMENT.remoteWriteUrl]: 'http://127.0.0.1:9/api/v1/write',
  [COLLECTOR_ENVIRONMENT.experiment]: 'exp-000000000000',
  [COLLECTOR_ENVIRONMENT.epoch]: 'e1',
  [COLLECTOR_ENVIRONMENT.variant]: 'baseline',
  [COLLECTOR_ENVIRONMENT.awsRegion]: 'us-east-1',
};

/**
 * What the collector at a path says against settings; empty when it would start. It is asked to validate and nothing
 * else: it starts no receiver and sends nothing.
 */
export const askCollector = (program: string, settings: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'phoenix-validate-'));
  try {
    const file = join(folder, 'collector.yaml');
    writeFileSync(file, settings, { mode: 0o600 });
    const answer = spawnSync(program, ['validate', `--config=${file}`], {
      env: { ...IN_PLACE, ...process.env },
      encoding: 'utf8',
      timeout: PATIENCE_SECONDS * 1000,
    });
    if (answer.error !== undefined || answer.status === null)
      throw new CommandFailure(
        EXIT.invalid,
        `${program} cannot be asked: ${answer.error?.message ?? `it was ended by ${answer.signal}`}`,
        '--collector takes the path of a collector’s program, for example otelcol-contrib',
      );
    if (answer.status === 0) return '';
    const said = answer.stderr.trim() || answer.stdout.trim();
    if (said.includes('unknown command'))
      throw new CommandFailure(EXIT.invalid, `${program} has no command validate`, 'take a collector that has one');
    return said || `it ended with ${answer.status}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
