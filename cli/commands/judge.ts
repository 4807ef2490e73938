import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import product from '../../package.json' with { type: 'json' };
import { parseWire } from '../../src/client/wire.ts';
import { EvidenceBundle } from '../../src/experiments/contract/views.ts';
import { differingLooks } from '../../src/experiments/domain/replay-looks.ts';
import type { Replay } from '../../src/judgement/contract/bundle.ts';
import { MAXIMUM_CELLS } from '../../src/judgement/contract/evidence.ts';
import { judgeLine } from '../../src/judgement/domain/judge-case.ts';
import { isTooLarge } from '../../src/judgement/domain/material.ts';
import { replay } from '../../src/judgement/domain/replay.ts';
import { hasSameNumbers } from '../../src/judgement/domain/same.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { readText } from '../read-text.ts';

export const registerJudge = (program: Command): void => {
  program
    .command('judge [file]')
    .description(
      'replay an evidence bundle offline, or judge cases: NDJSON from a file or standard input, a line of answer each',
    )
    .action(async (file: string | undefined) => {
      const bundle = file === undefined ? null : bundleIn(file);
      if (bundle === null) return judgeLines(file);
      if (isTooLarge(bundle.evidence)) {
        throw new CommandFailure(
          EXIT.invalid,
          `${file} holds more than can be judged at once`,
          `at most ${MAXIMUM_CELLS} values for a variant: nodes of all metrics, times the slots of the horizon`,
        );
      }
      const { reproduced, looks, differingSlots, judgement } = replay(bundle);
      const stored = differingLooks(bundle.experiment, bundle.evidence, judgement, bundle.looks, sha256);
      const sentence = judgement.verdict?.sentence ?? 'the evidence does not reach a verdict';
      const say = (mark: string, found: string) =>
        process.stdout.write(`${mark}: ${looks} looks, ${found}\n${sentence}\n`);
      const asStored = `${bundle.looks.length - stored.length} of ${bundle.looks.length} as stored when they were taken`;
      if (reproduced && stored.length === 0) {
        say('✔ reproduced', asStored);
        return;
      }
      if (isByAnotherVersion(bundle) && isSameInOtherWords(bundle, judgement)) {
        const versions = `judged by version ${bundle.codeVersion}; this one, ${product.version}`;
        say('✔ reproduced', `every number as stored, ${versions}, says them in other words`);
        return;
      }
      say('✘ not reproduced', asStored);
      const first = [...differingSlots, ...stored][0];
      throw new CommandFailure(
        EXIT.invalidExperiment,
        `the stored judgement is not what this version finds${first === undefined ? '' : `; first at slot ${first}`}`,
        `it was judged by ${bundle.codeVersion} on Node ${bundle.nodeVersion}; this is ${product.version} on Node ${process.version}`,
      );
    });
};

/** Looks are kept in the words of the version that took them. */
const isByAnotherVersion = ({ codeVersion, looks }: EvidenceBundle): boolean =>
  [codeVersion, ...looks.map((look) => look.codeVersion)].some((version) => version !== product.version);

const isSameInOtherWords = (bundle: EvidenceBundle, judgement: Replay['judgement']): boolean =>
  hasSameNumbers(judgement, bundle.judgement) &&
  differingLooks(bundle.experiment, bundle.evidence, judgement, bundle.looks, sha256, 'numbers').length === 0;

const judgeLines = async (file: string | undefined): Promise<void> => {
  const input = file === undefined ? process.stdin : createReadStream(file);
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() !== '') process.stdout.write(`${judgeLine(line)}\n`);
  }
};

/** The bundle in a file, or null when the file has cases instead. */
const bundleIn = (file: string): EvidenceBundle | null => {
  let content: unknown;
  try {
    content = JSON.parse(readText(file));
  } catch (failure) {
    // several lines of JSON are no JSON: cases
    if (failure instanceof SyntaxError) return null;
    throw failure;
  }
  if (typeof content !== 'object' || content === null || !('format' in content)) return null;
  const parsed = parseWire(EvidenceBundle, content);
  if (parsed.accepted) return parsed.value;
  const [first] = parsed.errors;
  throw new CommandFailure(
    EXIT.invalid,
    `${file} is not an evidence bundle of this version`,
    `${first?.pointer}: ${first?.message}`,
  );
};
