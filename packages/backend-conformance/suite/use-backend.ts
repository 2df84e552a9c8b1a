/** Points tfjs-core's tests at the backend that T2I_CONFORMANCE_BACKEND names. Imported before any test. */

import { dirname } from 'node:path';
import { describeChoice, environment, selectBackendIn } from '@t2i/backend';
import { correctBackend, type WebgpuBackend } from '@t2i/backend-webgpu';
import { assert } from '@t2i/core';
import { env, findBackendFactory, type KernelBackend, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util.js';
import type { BackendName } from '../src/backends.ts';

/** What the backends import, out of this bundle: all of it on one copy of tfjs-core. */
const BUNDLED: Readonly<Record<string, () => Promise<unknown>>> = {
  '@t2i/backend-native': () => import('@t2i/backend-native'),
  '@t2i/backend-tensorflow': () => import('@t2i/backend-tensorflow'),
  '@tensorflow/tfjs-node': () => import('@tensorflow/tfjs-node'),
  '@tensorflow/tfjs-node-gpu': () => import('@tensorflow/tfjs-node-gpu'),
  '@tensorflow/tfjs-backend-webgpu': () => import('@tensorflow/tfjs-backend-webgpu'),
};

const importModule = (name: string) => BUNDLED[name]?.() ?? import(name);

const prefer = process.env.T2I_CONFORMANCE_BACKEND as BackendName | undefined;
assert(prefer !== undefined, 'T2I_CONFORMANCE_BACKEND is not set');
// `require` is Node's, as bundle-suite.ts gives it to the bundle.
const wasmPaths = `${dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`;
const choice = await selectBackendIn({ ...environment, importModule }, { prefer, wasmPaths });
const { tfjsName } = choice;

/** `4.22.0 (simd128, 1 thread)` or `avx2, 2 threads`: the backend in its own words. */
export const description = describeChoice({ ...choice, reason: '' })
  .replace(/^\S+ ?|: \.$/g, '')
  .replace(/^\((.*)\)$/, '$1');

if (prefer === 'native') {
  const { GuardedBackend } = await import('./guarded-backend.ts');
  removeBackend(tfjsName);
  registerBackend(tfjsName, () => new GuardedBackend());
}

if (prefer === 'webgpu') {
  // The suite starts the backend anew for every group of tests, on a device of its own.
  const start = findBackendFactory(tfjsName);
  removeBackend(tfjsName);
  registerBackend(tfjsName, async () => {
    const backend = await start();
    correctBackend(backend as unknown as WebgpuBackend);
    return backend as KernelBackend;
  });
  env().set('WEBGPU_CPU_FORWARD', false); // or most tests compute on the CPU, their tensors being small
}

// One name for all backends: the names of the tests are the same.
setTestEnvs([{ name: 'backend', backendName: tfjsName, isDataSync: prefer !== 'webgpu' }]);
