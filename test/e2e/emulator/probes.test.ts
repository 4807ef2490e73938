import { afterAll, beforeAll, describe } from 'vitest';
import { type ProbedCloud, startProbedCloud } from './cloud.ts';
import { probeFrontDoor } from './front-door.ts';
import { probeMachines } from './machines.ts';
import { probeMessages } from './messages.ts';

// Every behaviour of the emulator that we rely on. `test.fails` is a known gap: when one of them turns red, a release
// has closed it, and what we do instead can go. To be run at each change of the pinned version.

let cloud: ProbedCloud;
beforeAll(async () => {
  cloud = await startProbedCloud();
});
afterAll(() => cloud.stop());

describe('front door', () => probeFrontDoor(() => cloud));
describe('machines', () => probeMachines(() => cloud));
describe('messages', () => probeMessages(() => cloud));
