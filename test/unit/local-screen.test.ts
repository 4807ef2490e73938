import { expect, test } from 'vitest';
import { renderLine } from '../../local/screen.ts';

test('a line that works shows what is done, how long, and an honest guess', () => {
  expect(
    renderLine({ label: 'collector', state: 'working', detail: 'compiling', elapsedSeconds: 72, expectedSeconds: 180 }),
  ).toBe('  ◐ collector               1 min of about 3 min    compiling');
});

test('a guess that was too short is not shown any more', () => {
  expect(
    renderLine({ label: 'collector', state: 'working', detail: '', elapsedSeconds: 200, expectedSeconds: 180 }),
  ).toBe('  ◐ collector               3 min');
});

test('a line that is ready says where it listens', () => {
  expect(renderLine({ label: 'dashboard', state: 'ready', detail: 'http://127.0.0.1:8080' })).toBe(
    '  ✔ dashboard                                       http://127.0.0.1:8080',
  );
});
