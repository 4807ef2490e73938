// A process with a well-known name and a known appetite: node worker.mjs NAME BUSY_RATIO
// Node names its main thread itself, so the name that the kernel lists is set here.
import process from 'node:process';

const [, , name, busy] = process.argv;
process.title = name;

const busyMs = 1000 * Number(busy);
const burn = () => {
  const until = performance.now() + busyMs / 10;
  while (performance.now() < until);
};
setInterval(burn, 100);
