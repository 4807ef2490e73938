import { vi } from 'vitest';
import { describeFailure } from '../../cli/failure.ts';
import { makeProgram } from '../../cli/program.ts';

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** The program in this process: what it prints and how it ends, as in cli/phoenix.ts. */
export const phoenix = async (args: readonly string[], env: Readonly<Record<string, string>>): Promise<Printed> => {
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      printed[stream] += text;
      return true;
    }),
  );
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    await makeProgram().parseAsync(['node', 'phoenix', ...args]);
    return { ...printed, code: Number(process.exitCode ?? 0) };
  } catch (failure) {
    const { text, exitCode } = describeFailure(failure);
    return { ...printed, stderr: `${printed.stderr}${text}\n`, code: exitCode };
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
    process.exitCode = undefined;
  }
};
