/** The engines `node` and `node-gpu`: TensorFlow's C library behind `@tensorflow/tfjs-node` and `-gpu`. */

import { activate, type Engine } from '../engine.ts';
import { type Environment, loadOptional } from '../environment.ts';

/** What both packages export. They are CommonJS: seen from here, everything may be behind `default`. */
interface TensorflowModule {
  readonly version?: Readonly<Record<string, string>>;
  readonly default?: TensorflowModule;
}

/** The functions of `node:util` that tfjs-node 4.22 calls and Node 23 took away. */
export interface LegacyUtil {
  isNullOrUndefined?: (value: unknown) => boolean;
  isArray?: (value: unknown) => boolean;
}

function tensorflow(name: string, requirements: string): Engine {
  const hint = `Install it: npm install ${name}. ${requirements}`;
  return {
    async start(environment) {
      await restoreLegacyUtil(environment);
      const module = await loadOptional<TensorflowModule>(environment, name, hint);
      await activate('tensorflow');
      const version = (module.default ?? module).version?.['tfjs-node'];
      return { tfjsName: 'tensorflow', ...(version !== undefined && { version }) };
    },
  };
}

/** Gives `node:util` back what tfjs-node needs of it. Nothing happens where it still has it. */
async function restoreLegacyUtil({ importModule }: Environment): Promise<void> {
  const { default: util } = (await importModule('node:util')) as { default: LegacyUtil };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

/** TensorFlow on the CPU. */
export const node: Engine = tensorflow(
  '@tensorflow/tfjs-node',
  'Its installer downloads libtensorflow (x64, or arm64 on macOS); where that fails, it can be built from its own sources.',
);

/** TensorFlow on an NVIDIA card. */
export const nodeGpu: Engine = tensorflow(
  '@tensorflow/tfjs-node-gpu',
  'Linux or Windows on x64, with CUDA 11.2 and cuDNN 8.1.',
);
