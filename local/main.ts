// npm start: everything on this machine, a first experiment, and its verdict. Ctrl-C ends what it started.
import { readStartOptions } from './start-options.ts';

const options = readStartOptions(process.argv.slice(2), process.env, {
  say: (text) => void process.stderr.write(text),
  answer: (text) => void process.stdout.write(text),
});
if (typeof options === 'number') process.exitCode = options;
else {
  const where = options.endpoint === undefined ? 'nothing leaves it' : 'beside an AWS emulator of yours';
  process.stdout.write(`\n  Phoenix · everything on this machine, ${where}\n\n`);
  // a second of loading, behind the first sign of life
  const { launch } = await import('./launch.ts');
  await launch(options);
}
