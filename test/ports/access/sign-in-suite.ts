import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { PeopleDirectory, SignIn } from '../../../src/access/application/ports.ts';

/** What every user pool promises. */
export const signInSuite = (setUp: () => { readonly signIn: SignIn; readonly people: PeopleDirectory }): void => {
  const email = 'viewer@phoenix.example';
  const password = 'Correct-Horse-1';

  test('the right password opens a session that can be renewed', async () => {
    const { signIn, people } = setUp();
    await people.ensurePerson(email, password);
    const session = await signIn.withPassword(email, password);
    if (!session.accepted) throw new Error(session.refusal.message);
    expect(session.value.expiresInSeconds).toBeGreaterThan(0);
    const renewed = await signIn.refresh(session.value.refreshToken ?? '');
    expect(renewed).toMatchObject({ accepted: true });
  });

  test('a wrong password and a wrong name are told apart by nobody', async () => {
    const { signIn, people } = setUp();
    await people.ensurePerson(email, password);
    const wrong = await signIn.withPassword(email, 'Wrong-Horse-1');
    expect(wrong).toMatchObject({ refusal: { code: 'sign-in-refused' } });
    expect(await signIn.withPassword('nobody@phoenix.example', password)).toEqual(wrong);
    expect(await signIn.refresh('not a token')).toMatchObject({ refusal: { code: 'sign-in-refused' } });
  });

  test('a person is made once and may get another password', async () => {
    const { signIn, people } = setUp();
    const first = await people.ensurePerson(email, password);
    expect(await people.ensurePerson(email, 'Other-Horse-2')).toBe(first);
    expect(await signIn.withPassword(email, 'Other-Horse-2')).toMatchObject({ accepted: true });
    expect(await signIn.withPassword(email, password)).toMatchObject({ accepted: false });
  });

  test('an ended session is not renewed', async () => {
    const { signIn, people } = setUp();
    await people.ensurePerson(email, password);
    const session = await signIn.withPassword(email, password);
    if (!session.accepted) throw new Error(session.refusal.message);
    // pools count by the second
    await setTimeout(1000);
    await signIn.endSessions(session.value.accessToken);
    expect(await signIn.refresh(session.value.refreshToken ?? '')).toMatchObject({
      refusal: { code: 'sign-in-refused' },
    });
    await signIn.endSessions('not a token');
  });
};
