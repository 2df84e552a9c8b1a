/** Starts the backends `node` and `node-gpu`: TensorFlow's C library behind `@tensorflow/tfjs-node` and `-gpu`. */

import {
  activate,
  type BackendFacts,
  type Environment,
  environment as here,
  type ImportModule,
  loadOptional,
} from '@t2i/backend-utils';
import { BackendError } from '@t2i/core';
import {
  backend,
  findBackend,
  findBackendFactory,
  getKernelsForBackend,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { PACKAGE_NAMES, type TensorflowBackend } from './package-names.ts';
import { correctRound } from './round.ts';

/** The name of either package's backend in TensorFlow.js. */
const TFJS_NAME = 'tensorflow';

/** The exports of both packages. They are CommonJS, so everything may be behind `default`. */
interface TensorflowModule {
  readonly version?: Readonly<Record<string, string>>;
  readonly default?: TensorflowModule;
}

/** The facts that the backend of either package reports. */
interface RunningBackend {
  readonly isGPUPackage?: boolean;
  readonly isUsingGpuDevice?: boolean;
  readonly binding?: { readonly TF_Version?: string };
}

/** The functions of `node:util` that tfjs-node 4.22 calls and Node 23 removed. */
export interface LegacyUtil {
  isNullOrUndefined?: (value: unknown) => boolean;
  isArray?: (value: unknown) => boolean;
}

const REQUIREMENTS: Readonly<Record<TensorflowBackend, string>> = {
  node: 'Its installer downloads libtensorflow (x64, or arm64 on macOS).',
  'node-gpu': 'It needs Linux or Windows on x64, CUDA 11.2 and cuDNN 8.1.',
};

/** The package is found from here. Bundlers must not follow this import. */
const importHere: ImportModule = (name) => import(/* @vite-ignore */ /* webpackIgnore: true */ name);

/**
 * Starts the backend and makes it the current one of TensorFlow.js. `node-gpu` computes on the CPU if there is no graphics card.
 * @throws BackendError when the package is not installed or has no addon, or when the other one runs in this process
 */
export async function startTensorflow(
  backendName: TensorflowBackend,
  environment: Environment = here,
): Promise<BackendFacts> {
  const name = PACKAGE_NAMES[backendName];
  const importModule = environment.importModule ?? importHere;
  const hint =
    `Install it: npm install ${name}. ${REQUIREMENTS[backendName]} ` +
    `If its installer fails: npm install --ignore-scripts ${name}, then t2i backend build ${backendName}.`;
  if (findBackendFactory(TFJS_NAME) != null) refuseTheOther(backendName, findBackend(TFJS_NAME) as RunningBackend);
  await restoreLegacyUtil(importModule);
  if (environment.isNode) process.env.TF_CPP_MIN_LOG_LEVEL ??= '1'; // otherwise TensorFlow prints about itself on stderr
  const module = await loadOptional<TensorflowModule>(importModule, name, hint).catch((error) => {
    forgetKernels();
    throw error;
  });
  await activate(TFJS_NAME);
  const running = backend() as RunningBackend;
  correctRound(TFJS_NAME);
  const version = [(module.default ?? module).version?.['tfjs-node'], running.binding?.TF_Version].filter(Boolean);
  return {
    tfjsName: TFJS_NAME,
    ...(version.length > 0 && { version: version.join(' on TensorFlow ') }),
    ...(backendName === 'node-gpu' && { device: running.isUsingGpuDevice ? 'gpu' : 'cpu' }),
  };
}

/** Both packages register the same name with TensorFlow.js. The second one in a process would be ignored. */
function refuseTheOther(backend: string, { isGPUPackage }: RunningBackend): void {
  if (isGPUPackage === undefined || isGPUPackage === (backend === 'node-gpu')) return;
  throw new BackendError(
    `The backend ${isGPUPackage ? 'node-gpu' : 'node'} runs in this process, so ${backend} cannot.`,
    {
      hint: 'Use only one of them per process.',
    },
  );
}

/**
 * A package without its addon registers its kernels and then fails. Each of these kernels would cause a warning when the other package is loaded.
 * If the backend exists, the kernels belong to another copy of the package, and they stay.
 */
function forgetKernels(): void {
  if (findBackendFactory(TFJS_NAME) != null) return;
  for (const { kernelName } of getKernelsForBackend(TFJS_NAME)) unregisterKernel(kernelName, TFJS_NAME);
}

/** Restores the functions of `node:util` that tfjs-node needs, if they are missing. */
async function restoreLegacyUtil(importModule: ImportModule): Promise<void> {
  const { default: util } = (await importModule('node:util')) as { default: LegacyUtil };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}
