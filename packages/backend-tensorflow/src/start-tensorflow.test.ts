import { silenceBanner } from '@t2i/backend-utils';
import { fakeEnvironment } from '@t2i/test-utils/fakes/environment';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LegacyUtil, startTensorflow } from './start-tensorflow.ts';

beforeEach(() => {
  tf.registerBackend('tensorflow', () => silenceBanner(new MathBackendCPU()), 0);
});
afterEach(() => {
  if (tf.findBackendFactory('tensorflow') != null) tf.removeBackend('tensorflow');
});

/** A fake tfjs-node: CommonJS, and unusable without the functions that Node 23 removed from `util`. */
function installed(name: string, util: LegacyUtil) {
  return fakeEnvironment({
    'node:util': { default: util },
    get [name]() {
      return util.isNullOrUndefined?.(null) && util.isArray?.([])
        ? { default: { version: { 'tfjs-node': '4.22.0' } } }
        : new TypeError('util.isNullOrUndefined is not a function');
    },
  });
}

it.each([
  ['node', '@tensorflow/tfjs-node'],
  ['node-gpu', '@tensorflow/tfjs-node-gpu'],
] as const)('restores the functions of node:util that Node has removed', async (backend, name) => {
  const facts = await startTensorflow(backend, installed(name, {}));
  expect(facts).toMatchObject({ tfjsName: 'tensorflow', version: '4.22.0' });
});

/** Registers a backend that reports these facts. */
function running(facts: object) {
  tf.removeBackend('tensorflow');
  tf.registerBackend('tensorflow', () => Object.assign(silenceBanner(new MathBackendCPU()), facts), 0);
}

it('reports the version of TensorFlow, and the device of node-gpu', async () => {
  running({ binding: { TF_Version: '2.21.0' } });
  const version = '4.22.0 on TensorFlow 2.21.0';
  expect(await startTensorflow('node', installed('@tensorflow/tfjs-node', {}))).toEqual({
    tfjsName: 'tensorflow',
    version,
  });
  for (const [isUsingGpuDevice, device] of [
    [true, 'gpu'],
    [false, 'cpu'],
  ]) {
    running({ isGPUPackage: true, isUsingGpuDevice });
    expect((await startTensorflow('node-gpu', installed('@tensorflow/tfjs-node-gpu', {}))).device).toBe(device);
  }
});

it('rejects one package in a process that runs the other', async () => {
  running({ isGPUPackage: true });
  await expect(startTensorflow('node', installed('@tensorflow/tfjs-node', {}))).rejects.toThrow(
    'node-gpu runs in this process',
  );
  running({ isGPUPackage: false });
  const start = startTensorflow('node-gpu', installed('@tensorflow/tfjs-node-gpu', {}));
  await expect(start).rejects.toThrow('The backend node runs in this process');
});

it('leaves node:util alone if nothing is missing', async () => {
  const util = { isNullOrUndefined: (value: unknown) => value == null, isArray: Array.isArray };
  const before = { ...util };
  await startTensorflow('node', installed('@tensorflow/tfjs-node', util));
  expect(util).toEqual(before);
});

it('reports why an installed package does not load', async () => {
  const missing = new Error('The Node.js native addon module (tfjs_binding.node) can not be found');
  const environment = fakeEnvironment({ 'node:util': { default: {} }, '@tensorflow/tfjs-node': missing });
  const start = startTensorflow('node', environment);
  await expect(start).rejects.toMatchObject({ message: expect.stringContaining('tfjs_binding.node'), cause: missing });
});

it('removes the kernels of a package that fails to load', async () => {
  tf.removeBackend('tensorflow');
  const environment = fakeEnvironment({
    'node:util': { default: {} },
    get '@tensorflow/tfjs-node-gpu'() {
      tf.registerKernel({ kernelName: 'Abs', backendName: 'tensorflow', kernelFunc: () => [] });
      return new Error('tfjs_binding.node can not be found');
    },
  });
  await expect(startTensorflow('node-gpu', environment)).rejects.toThrow('tfjs_binding.node');
  expect(tf.getKernelsForBackend('tensorflow')).toEqual([]);
});

it('keeps the kernels of a backend that the application has loaded itself', async () => {
  running({ isGPUPackage: false });
  tf.registerKernel({ kernelName: 'Abs', backendName: 'tensorflow', kernelFunc: () => [] });
  await expect(startTensorflow('node', fakeEnvironment())).rejects.toThrow('is not installed');
  expect(tf.getKernelsForBackend('tensorflow').map(({ kernelName }) => kernelName)).toEqual(['Abs']);
  tf.unregisterKernel('Abs', 'tensorflow');
});
