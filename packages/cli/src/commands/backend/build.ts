/** `t2i backend build`: compile the kernels of `native`, or the addon of tfjs-node against an installed TensorFlow. */

import { describeChoice } from '@t2i/backend';
import { compileKernels } from '@t2i/backend-native/compile';
import type { TensorflowBackend } from '@t2i/backend-tensorflow';
import { buildAddon, checkBackend } from '@t2i/backend-tensorflow/addon';
import { ConfigError } from '@t2i/core';
import { Argument, Command } from 'commander';
import { examples } from '../../examples.ts';
import type { Output } from '../../output.ts';

const BACKENDS = ['native', 'node', 'node-gpu'] as const;

interface BuildFlags {
  libtensorflow?: string;
}

export function buildBackendCommand(output: Output): Command {
  return new Command('build')
    .description('compile a compute backend for this machine, without downloads')
    .addArgument(
      new Argument('<backend>', 'native: the C++ kernels of t2i; node, node-gpu: the installed tfjs-node').choices(
        BACKENDS,
      ),
    )
    .option(
      '--libtensorflow <path>',
      'for node and node-gpu: a C distribution of TensorFlow, an installed Python package, or its wheel',
    )
    .addHelpText(
      'after',
      examples(
        't2i backend build native',
        't2i backend build node --libtensorflow /opt/libtensorflow',
        't2i backend build node --libtensorflow tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
        't2i backend build node-gpu --libtensorflow venv/lib/python3.11/site-packages',
      ),
    )
    .action((backend: (typeof BACKENDS)[number], flags: BuildFlags) =>
      backend === 'native' ? buildNative(flags, output) : buildTensorflow(backend, flags, output),
    );
}

async function buildNative({ libtensorflow }: BuildFlags, output: Output): Promise<void> {
  if (libtensorflow !== undefined) throw new ConfigError('--libtensorflow does not apply to the backend native.');
  if (await compileKernels({ logger: output })) {
    output.write('Compiled the kernels of the backend native.\n');
    return;
  }
  throw new ConfigError('Could not compile the kernels of the backend native.', {
    hint: 'Install a C++17 compiler (for example g++ or clang++), or use the backend wasm.',
  });
}

async function buildTensorflow(
  backend: TensorflowBackend,
  { libtensorflow }: BuildFlags,
  output: Output,
): Promise<void> {
  if (libtensorflow === undefined) {
    throw new ConfigError(`The backend ${backend} needs an installed TensorFlow.`, {
      hint: 'Add --libtensorflow <path>.',
    });
  }
  output.info(`Building the addon of the backend ${backend} …`);
  const { addon, libraries, tensorflow } = await buildAddon(backend, libtensorflow);
  output.write(`${addon}\n  TensorFlow ${tensorflow}, from ${libraries} (keep it there)\n`);
  const { facts, difference } = await checkBackend(backend);
  const description = describeChoice({ name: backend, ...facts, reason: 'works' });
  output.write(`  ${description} Its results differ from the backend cpu by at most ${difference.toExponential(0)}.\n`);
}
