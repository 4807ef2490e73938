import type { Command } from 'commander';

/** The reference of all commands as Markdown, made from the program itself: docs/cli.generated.md. */
export const renderReference = (program: Command): string => {
  const sections = leavesOf(program, [program.name()]).map(({ path, command }) => {
    const options = command.options.map(({ flags, description, defaultValue }) => {
      const shown =
        defaultValue === undefined || (Array.isArray(defaultValue) && defaultValue.length === 0)
          ? ''
          : ` (default: \`${defaultValue}\`)`;
      return `- \`${flags}\` ${description}${shown}`;
    });
    return [
      `## \`${[...path, ...argumentsOf(command)].join(' ')}\``,
      '',
      command.description(),
      ...(options.length === 0 ? [] : ['', ...options]),
    ].join('\n');
  });
  return `# Commands of \`phoenix\`\n\nMade from the program; \`phoenix COMMAND --help\` says the same.\n\n${sections.join('\n\n')}\n`;
};

const argumentsOf = (command: Command): readonly string[] =>
  command.registeredArguments.map((argument) => `<${argument.name()}>`);

const leavesOf = (
  command: Command,
  path: readonly string[],
): readonly { path: readonly string[]; command: Command }[] =>
  command.commands.length === 0
    ? [{ path, command }]
    : command.commands.flatMap((sub) => leavesOf(sub, [...path, sub.name()]));
