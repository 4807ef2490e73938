import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && !file.includes('.generated.'));

interface Line {
  readonly place: string;
  readonly text: string;
}

const linesOf = (file: string): readonly Line[] =>
  readFileSync(join(root, file), 'utf8')
    .split('\n')
    .map((text, index) => ({ place: `${file}:${index + 1}: ${text.trim()}`, text }));

/** Lines of the files that `where` chooses and that match `pattern`; comments do not count. */
const offences = (where: (file: string) => boolean, pattern: RegExp): readonly string[] =>
  files
    .filter(where)
    .flatMap(linesOf)
    .filter(({ text }) => pattern.test(text) && !/^\s*(\/\/|\*|\/\*)/.test(text))
    .map(({ place }) => place);

const below =
  (...folders: string[]) =>
  (file: string) =>
    folders.some((folder) => file.startsWith(`${folder}/`));

test('zod comes as a namespace, so that bundles keep only what they use', () => {
  expect(offences(below('src', 'functions', 'lib', 'cli', 'dashboard'), /import \{[^}]*\} from 'zod'/)).toEqual([]);
});

test('a module that is imported for what it does is named in package.json, else bundles leave it out', () => {
  const bundled = offences(below('src', 'functions', 'dashboard/src'), /^import '/);
  expect(bundled.map((place) => place.replace(/:\d+:/, ':'))).toEqual([
    "dashboard/src/main.tsx: import './zod-settings.ts';",
  ]);
  const { sideEffects }: { readonly sideEffects: readonly string[] } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  expect(sideEffects).toContain('./dashboard/src/zod-settings.ts');
});

test('clock and chance enter in one file', () => {
  const product = (file: string) => below('src', 'functions')(file) && file !== 'src/kernel/system.ts';
  expect(offences(product, /new Date\(\)|Date\.now\(|Math\.random\(|randomUUID\(/)).toEqual([]);
});

test('the environment of the process is read in the platform only', () => {
  const product = (file: string) => below('src', 'functions')(file) && !file.startsWith('src/platform/');
  expect(offences(product, /process\.env/)).toEqual([]);
});

test('nothing is silenced: no any, no ignored check, no test left out or alone', () => {
  const rulesItself = (file: string) => file !== 'test/unit/house/rules.test.ts';
  expect(offences(rulesItself, /@ts-ignore|@ts-expect-error|@ts-nocheck|: any\b|\bas any\b|as unknown as/)).toEqual([]);
  expect(offences(rulesItself, /\b(it|test|describe)\.(skip|only|todo)\b/)).toEqual([]);
});

test('nothing in the product knows that an emulator exists', () => {
  expect(offences(below('src', 'functions', 'lib'), /ministack|localstack|_aws\/execute-api/i)).toEqual([]);
});
