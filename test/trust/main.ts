// npm run trust: simulated experiments with a known truth (docs/trust.md), or with --real real ones (docs/trust-real.md).
import process from 'node:process';

const real = process.argv.indexOf('--real');
if (real === -1) {
  await import('../simulation/statistics/trust.ts');
} else {
  process.argv.splice(real, 1);
  await import('./real.ts');
}
