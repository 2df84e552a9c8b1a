/** `t2i engine build`: the C++ kernels of `native`, or the addon of tfjs-node against a TensorFlow that is at hand. */

import { compileKernels } from '@t2i/backend-native/compile';
import { ConfigError } from '@t2i/core';
import { buildAddon, checkEngine, type TensorflowEngine } from '@t2i/tensorflow-build';
import { Argument, Command } from 'commander';
import { examples } from '../../examples.ts';
import type { Output } from '../../output.ts';

const ENGINES = ['native', 'node', 'node-gpu'] as const;

interface BuildFlags {
  libtensorflow?: string;
}

export function buildEngineCommand(output: Output): Command {
  return new Command('build')
    .description('compile a compute engine for this machine, without a download')
    .addArgument(
      new Argument(
        '<engine>',
        'native: the C++ kernels of this project; node, node-gpu: the installed tfjs-node',
      ).choices(ENGINES),
    )
    .option(
      '--libtensorflow <path>',
      'for node and node-gpu: a C distribution, the folder of a Python package tensorflow or tensorflow-cpu, or its wheel',
    )
    .addHelpText(
      'after',
      examples(
        't2i engine build native',
        't2i engine build node --libtensorflow /opt/libtensorflow',
        't2i engine build node --libtensorflow tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
        't2i engine build node-gpu --libtensorflow venv/lib/python3.11/site-packages',
      ),
    )
    .action((engine: (typeof ENGINES)[number], flags: BuildFlags) =>
      engine === 'native' ? buildNative(flags, output) : buildTensorflow(engine, flags, output),
    );
}

async function buildNative({ libtensorflow }: BuildFlags, output: Output): Promise<void> {
  if (libtensorflow !== undefined) throw new ConfigError('--libtensorflow has no meaning for the engine native.');
  if (await compileKernels({ logger: output })) {
    output.write('The kernels of the engine native are compiled.\n');
    return;
  }
  throw new ConfigError('The kernels of the engine native could not be compiled.', {
    hint: 'Install a C++17 compiler (for example g++ or clang++), or use the engine wasm, which needs none.',
  });
}

async function buildTensorflow(engine: TensorflowEngine, { libtensorflow }: BuildFlags, output: Output): Promise<void> {
  if (libtensorflow === undefined) {
    throw new ConfigError(`The engine ${engine} is built against a TensorFlow, and none is named.`, {
      hint: 'Name it with --libtensorflow <path>.',
    });
  }
  output.info(`Building the addon of the engine ${engine} …`);
  const { addon, libraries, tensorflow } = await buildAddon(engine, libtensorflow);
  output.write(`${addon}\n  TensorFlow ${tensorflow}, from ${libraries} (keep it there)\n`);
  const { description, difference } = await checkEngine(engine);
  output.write(`  ${description} At most ${difference.toExponential(0)} from the engine cpu.\n`);
}
