// npm run simulate -- --seeds 20000 [--from 1]: lives of experiments full of faults, in virtual time.
// npm run simulate -- --seed 17: one of them again, with everything that failed on its way.
import { parseArgs } from 'node:util';
import { counted } from '../src/kernel/words.ts';
import { type Lived, liveBySeed } from './support/campaign.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '500' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
  },
});

const wholeNumber = (name: string, text: string): number => {
  if (!/^\d{1,9}$/.test(text)) {
    process.stderr.write(`✘ --${name} is "${text}"; give a whole number such as 500\n`);
    process.exit(2);
  }
  return Number(text);
};

const line = ({ seed, plot, readings, faults, states, verdict, broken }: Lived): string =>
  [
    `seed ${seed}: ${plot}, candidate ${readings}, ${counted(faults, 'fault')}`,
    `  ${states.join(' → ')}; verdict ${verdict ?? 'none'}`,
    ...broken.map((promise) => `  ✘ ${promise}`),
  ].join('\n');

if (values.seed !== undefined) {
  const lived = await liveBySeed(wholeNumber('seed', values.seed));
  process.stdout.write(`${lived.trace.map((fault) => `  ${fault}\n`).join('')}${line(lived)}\n`);
  process.exitCode = lived.broken.length === 0 ? 0 : 1;
} else {
  const from = wholeNumber('from', values.from);
  const count = wholeNumber('seeds', values.seeds);
  const startedAt = performance.now();
  const ends = new Map<string, number>();
  let broken = 0;
  let faults = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    const lived = await liveBySeed(seed);
    const end = `${lived.states.at(-1)}, ${lived.verdict ?? 'no verdict'}`;
    ends.set(end, (ends.get(end) ?? 0) + 1);
    faults += lived.faults;
    if (lived.broken.length > 0) {
      broken += 1;
      process.stdout.write(`${line(lived)}\n`);
    }
    if ((seed - from + 1) % 500 === 0) process.stderr.write(`◐ ${seed - from + 1} of ${count}\n`);
  }
  const rows = [...ends]
    .toSorted(([, a], [, b]) => b - a)
    .map(([end, times]) => `  ${String(times).padStart(6)}  ${end}`);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  process.stdout.write(
    `${rows.join('\n')}\n${counted(count, 'life', 'lives')} with ${counted(faults, 'fault')} in ${seconds} s, ${broken} broke a promise\n`,
  );
  process.exitCode = broken === 0 ? 0 : 1;
}
