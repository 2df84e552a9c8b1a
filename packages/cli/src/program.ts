/** The command tree of `t2i`, and what its exit codes mean: 0 done, 1 a bug or a failure, 2 something the person can put right. */

import { errorMessage, T2iError } from '@t2i/core';
import { Command, CommanderError } from 'commander';
import { datasetCommand } from './commands/dataset.ts';
import { doctorCommand } from './commands/doctor.ts';
import { embedCommand } from './commands/embed.ts';
import { encoderCommand } from './commands/encoder/index.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { exportCommand } from './commands/export.ts';
import { filmCommand } from './commands/film.ts';
import { generateCommand } from './commands/generate.ts';
import { interpolateCommand } from './commands/interpolate.ts';
import { restyleCommand } from './commands/restyle.ts';
import { serveCommand } from './commands/serve.ts';
import { styleCommand } from './commands/style/index.ts';
import { trainCommand } from './commands/train.ts';
import { consoleOutput, type Output } from './output.ts';

/** Runs one command line (without `node` and the script) and returns the exit code. Never throws. */
export async function run(argv: readonly string[], output: Output = consoleOutput): Promise<0 | 1 | 2> {
  try {
    await createProgram(output).parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed its message
    if (T2iError.isInstance(error)) {
      output.error(`error: ${error.message}`);
      if (error.hint !== undefined) output.error(`  → ${error.hint}`);
      return 2;
    }
    if (error instanceof Error && error.name === 'AbortError') {
      output.error('stopped'); // by Ctrl-C; what the work keeps for the next call is said by its command
      return 1;
    }
    output.error(error instanceof Error ? (error.stack ?? error.message) : errorMessage(error));
    return 1;
  }
}

function createProgram(output: Output): Command {
  const program = new Command('t2i')
    .description('Type a sentence, get a flower: train and use text-to-image GANs (Reed et al. 2016).')
    .addCommand(datasetCommand(output))
    .addCommand(encoderCommand(output))
    .addCommand(embedCommand(output))
    .addCommand(trainCommand(output))
    .addCommand(generateCommand(output))
    .addCommand(interpolateCommand(output))
    .addCommand(styleCommand(output))
    .addCommand(restyleCommand(output))
    .addCommand(evaluateCommand(output))
    .addCommand(exportCommand(output))
    .addCommand(filmCommand(output))
    .addCommand(serveCommand(output))
    .addCommand(doctorCommand(output));
  for (const command of withSubcommands(program)) {
    command.exitOverride().showHelpAfterError('(add --help for the options and examples)');
    command.configureOutput({ writeOut: output.write, writeErr: (text) => output.error(text.trimEnd()) });
  }
  return program;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
