/** `t2i engine build`: the addon of tfjs-node, against a TensorFlow that is at hand. */

import { buildAddon, checkEngine, type TensorflowEngine } from '@t2i/tensorflow-build';
import { Argument, Command } from 'commander';
import { examples } from '../../examples.ts';
import type { Output } from '../../output.ts';

const ENGINES: readonly TensorflowEngine[] = ['node', 'node-gpu'];

export function buildEngineCommand(output: Output): Command {
  return new Command('build')
    .description('compile the addon of @tensorflow/tfjs-node or -gpu against a given TensorFlow, without a download')
    .addArgument(new Argument('<engine>', 'whose package is installed').choices(ENGINES))
    .requiredOption(
      '--libtensorflow <path>',
      'a C distribution, the folder of a Python package tensorflow or tensorflow-cpu, or its wheel',
    )
    .addHelpText(
      'after',
      examples(
        't2i engine build node --libtensorflow /opt/libtensorflow',
        't2i engine build node --libtensorflow tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
        't2i engine build node-gpu --libtensorflow venv/lib/python3.11/site-packages',
      ),
    )
    .action(async (engine: TensorflowEngine, { libtensorflow }: { libtensorflow: string }) => {
      output.info(`Building the addon of the engine ${engine} …`);
      const { addon, libraries, tensorflow } = await buildAddon(engine, libtensorflow);
      output.write(`${addon}\n  TensorFlow ${tensorflow}, from ${libraries} (keep it there)\n`);
      const { description, difference } = await checkEngine(engine);
      output.write(`  ${description} At most ${difference.toExponential(0)} from the engine cpu.\n`);
    });
}
