import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureCollector } from '../../local/toolchain/build.ts';
import { validationEnvironment } from './collector.ts';
import { toolCache, toolContext } from './tools.ts';

/** So many collectors at a time: there are two cores. */
const AT_ONCE = 3;

/** Asks the real collector, ours or the one at a path, about many texts: for each what it says against it, empty if it would start. */
export const askCollector = async (
  texts: readonly string[],
  { program, args = ['validate'] }: { readonly program?: string; readonly args?: readonly string[] } = {},
): Promise<readonly string[]> => {
  const command = program ?? (await ensureCollector(toolCache(), toolContext()));
  const folder = mkdtempSync(join(tmpdir(), 'phoenix-answers-'));
  const answers: string[] = [];
  let next = 0;
  const askTheNext = async (): Promise<void> => {
    for (let index = next++; index < texts.length; index = next++) {
      const file = join(folder, `${index}.yaml`);
      writeFileSync(file, texts[index] ?? '');
      answers[index] = await answerOf(command, [...args, `--config=${file}`]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askTheNext));
  rmSync(folder, { recursive: true, force: true });
  return answers;
};

/** What the real collector says it is made of, as YAML. */
export const componentsOfCollector = async (): Promise<string> =>
  answerOf(await ensureCollector(toolCache(), toolContext()), ['components']);

const answerOf = (program: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: validationEnvironment() });
    let said = '';
    const listen = (chunk: Buffer) => {
      said += chunk.toString('utf8');
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0 && args[0] === 'validate' ? '' : said.trim() || `exit ${code}`));
  });
