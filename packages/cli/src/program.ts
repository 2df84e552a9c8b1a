/** The command tree of `t2i`. */

import { Command } from 'commander';
import { HELP } from './help.ts';
import { consoleOutput, type Output } from './output.ts';
import { runCommand } from './run-command.ts';

/** In the order of the help. Each command is loaded when it is called, so that `generate` need not wait for training code. */
const COMMANDS: Readonly<Record<string, () => Promise<(output: Output) => Command>>> = {
  dataset: async () => (await import('./commands/dataset/index.ts')).datasetCommand,
  encoder: async () => (await import('./commands/encoder/index.ts')).encoderCommand,
  embed: async () => (await import('./commands/embed.ts')).embedCommand,
  train: async () => (await import('./commands/train.ts')).trainCommand,
  bundle: async () => (await import('./commands/bundle.ts')).bundleCommand,
  generate: async () => (await import('./commands/generate.ts')).generateCommand,
  interpolate: async () => (await import('./commands/interpolate.ts')).interpolateCommand,
  style: async () => (await import('./commands/style/index.ts')).styleCommand,
  restyle: async () => (await import('./commands/restyle.ts')).restyleCommand,
  evaluate: async () => (await import('./commands/evaluate.ts')).evaluateCommand,
  export: async () => (await import('./commands/export.ts')).exportCommand,
  film: async () => (await import('./commands/film.ts')).filmCommand,
  serve: async () => (await import('./commands/serve.ts')).serveCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  backend: async () => (await import('./commands/backend/index.ts')).backendCommand,
};

/** Names of commands before 0.2. */
const ALIASES: Readonly<Record<string, string>> = { engine: 'backend' };

/** Runs one command line (without `node` and the script) and returns the exit code. Never throws. */
export async function run(argv: readonly string[], output: Output = consoleOutput): Promise<0 | 1 | 2> {
  return runCommand(output, async () => {
    const [first = '', ...rest] = argv;
    const called = Object.hasOwn(ALIASES, first) ? ALIASES[first]! : first;
    const program = await createProgram(output, called);
    await program.parseAsync(argv.length === 0 ? [] : [called, ...rest], { from: 'user' });
  });
}

/** @param called the first word of the command line: if it is a command, only that one is created, otherwise all, for the help */
async function createProgram(output: Output, called: string): Promise<Command> {
  const program = new Command('t2i').description('Train and use text-to-image GANs (Reed et al. 2016).');
  const names = Object.hasOwn(COMMANDS, called) ? [called] : Object.keys(COMMANDS);
  for (const name of names) program.addCommand((await COMMANDS[name]!())(output));
  for (const command of withSubcommands(program)) {
    command.configureHelp(HELP).exitOverride().showHelpAfterError('(add --help for options and examples)');
    command.configureOutput({ writeOut: output.write, writeErr: (text) => output.error(text.trimEnd()) });
  }
  return program;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
