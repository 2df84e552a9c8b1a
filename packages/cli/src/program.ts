/** The command tree of `t2i`. */

import { Command } from 'commander';
import { consoleOutput, type Output } from './output.ts';
import { runCommand } from './run-command.ts';

/** In the order of the help. Each is loaded when it is called: what trains, serves or reads data keeps no drawing waiting. */
const COMMANDS: Readonly<Record<string, () => Promise<(output: Output) => Command>>> = {
  dataset: async () => (await import('./commands/dataset.ts')).datasetCommand,
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

/** Runs one command line (without `node` and the script) and returns the exit code. Never throws. */
export async function run(argv: readonly string[], output: Output = consoleOutput): Promise<0 | 1 | 2> {
  return runCommand(output, async () => {
    const program = await createProgram(output, argv[0]);
    await program.parseAsync([...argv], { from: 'user' });
  });
}

/** @param called the first word of the command line: of a command that exists only this one is made, else all for the help */
async function createProgram(output: Output, called = ''): Promise<Command> {
  const program = new Command('t2i').description(
    'Type a caption, get a flower: train and use text-to-image GANs (Reed et al. 2016).',
  );
  const names = Object.hasOwn(COMMANDS, called) ? [called] : Object.keys(COMMANDS);
  for (const name of names) program.addCommand((await COMMANDS[name]!())(output));
  for (const command of withSubcommands(program)) {
    command.exitOverride().showHelpAfterError('(add --help for the options and examples)');
    command.configureOutput({ writeOut: output.write, writeErr: (text) => output.error(text.trimEnd()) });
  }
  return program;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
