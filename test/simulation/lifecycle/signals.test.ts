import { expect, test } from 'vitest';
import { chanceOf } from '../../support/faults.ts';
import { ANNA_PRINCIPAL, makeWorld } from '../../support/world.ts';

// Fifty people press a button at the same moment: those who saw the same picture are told apart by its version.

const ROUNDS = 12;
/** What an unlucky one is told; nothing else may come back. */
const TOLD = [
  'precondition-failed',
  'state-conflict',
  'pause-not-allowed',
  'extension-not-allowed',
  'promotion-not-allowed',
];

test.each([1, 2])(
  'of 50 signals at once one wins a version, at any moment of a life, and the life ends once (seed %i)',
  async (seed) => {
    const chance = chanceOf(seed);
    const world = makeWorld();
    const ref = await world.begin();
    let winners = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      await world.time.advance(5 + Math.floor(chance() * 25));
      const before = await world.now(ref);
      const asked = { experimentId: ref.experimentId, caller: ANNA_PRINCIPAL, version: before.version };
      const reasoned = { ...asked, reason: 'all at once' };
      const durationSeconds = before.settings.durationSeconds + 10;
      const { pause, resume, extend, stop, promote, rollback } = world.commands;
      const gentle = [() => pause(reasoned), () => resume(asked), () => extend({ ...asked, durationSeconds })];
      const all = [...gentle, () => stop(reasoned), () => promote(asked), () => rollback(reasoned)];
      // in the end anything goes; before, a stop would let nothing else be seen
      const buttons = round < ROUNDS - 1 ? gentle : all;
      const pressed = Array.from(
        { length: 50 },
        () => buttons[Math.floor(chance() * buttons.length)] ?? (() => stop(reasoned)),
      );
      const answers = await Promise.all(pressed.map((press) => press()));
      const now = await world.now(ref);
      const changed = answers.flatMap((answer) =>
        answer.accepted && answer.value.experiment.version > before.version ? [answer.value.experiment.version] : [],
      );
      expect(changed.length, `round ${round}, ${before.state}`).toBeLessThanOrEqual(1);
      winners += changed.length;
      expect(now.version).toBe(before.version + changed.length);
      const refusals = answers.flatMap((answer) => (answer.accepted ? [] : [answer.refusal.code]));
      expect(refusals.filter((code) => !TOLD.includes(code))).toEqual([]);
    }
    expect(winners).toBeGreaterThan(3);
    await world.commands.stop({
      experimentId: ref.experimentId,
      caller: ANNA_PRINCIPAL,
      version: '*',
      reason: 'enough',
    });
    await world.time.advance(600);
    const transitions = await world.experiments.transitions(ref);
    expect(transitions.filter(({ to }) => ['ended', 'rolled_back', 'promoted'].includes(to))).toHaveLength(1);
    expect(transitions.map(({ seq }) => seq)).toEqual(transitions.map(({ seq }) => seq).toSorted((a, b) => a - b));
    expect(await world.objects()).toEqual([]);
    expect(world.failures).toEqual([]);
  },
);
