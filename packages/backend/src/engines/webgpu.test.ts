import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, it } from 'vitest';
import { fakeEnvironment } from '../../test/fake-environment.ts';
import { silenceBanner } from '../cpu-banner.ts';
import { webgpu } from './webgpu.ts';

const PACKAGE = '@tensorflow/tfjs-backend-webgpu';
const navigatorBefore = Object.getOwnPropertyDescriptor(globalThis, 'navigator');

afterEach(() => {
  if (tf.findBackendFactory('webgpu') != null) tf.removeBackend('webgpu');
  Reflect.deleteProperty(globalThis, 'GPUBufferUsage');
  Reflect.deleteProperty(globalThis.navigator ?? {}, 'gpu');
  if (navigatorBefore === undefined) Reflect.deleteProperty(globalThis, 'navigator');
});

/** Dawn that finds `adapter`. */
function dawn(adapter: object | null) {
  return { create: () => ({ requestAdapter: async () => adapter }), globals: { GPUBufferUsage: {} } };
}

/** tfjs's backend, which registers itself only where it finds `navigator.gpu`. */
function backendPackage() {
  if (globalThis.navigator?.gpu === undefined) return new Error('imported too early');
  tf.registerBackend('webgpu', () => silenceBanner(new MathBackendCPU()), 0);
  return { version_webgpu: '4.22.0' };
}

it('runs on Dawn in Node and names the graphics card', async () => {
  const environment = fakeEnvironment({
    webgpu: dawn({ info: { vendor: 'nvidia', architecture: 'hopper', description: '' } }),
    get [PACKAGE]() {
      return backendPackage();
    },
  });
  const facts = await webgpu.start(environment, {});
  expect(facts).toEqual({ tfjsName: 'webgpu', version: '4.22.0', adapter: 'nvidia hopper' });
  expect(tf.getBackend()).toBe('webgpu');
  expect(globalThis).toHaveProperty('GPUBufferUsage');
});

it('says what is needed where there is no graphics card', async () => {
  const start = webgpu.start(fakeEnvironment({ webgpu: dawn(null), [PACKAGE]: {} }), {});
  await expect(start).rejects.toMatchObject({
    code: 'ERR_BACKEND',
    message: expect.stringContaining('no graphics card'),
    hint: expect.stringContaining('Vulkan'),
  });
});

it('says which package is missing when Dawn alone is there', async () => {
  const start = webgpu.start(fakeEnvironment({ webgpu: dawn({}) }), {});
  await expect(start).rejects.toMatchObject({
    message: `The package ${PACKAGE} is not installed.`,
    hint: `Install it: npm install ${PACKAGE}`,
  });
});

it('says why where Dawn does not start', async () => {
  const broken = { create: () => ({ requestAdapter: () => Promise.reject(new Error('no libvulkan')) }), globals: {} };
  await expect(webgpu.start(fakeEnvironment({ webgpu: broken }), {})).rejects.toThrow('no libvulkan');
});

it('needs a browser with WebGPU', async () => {
  const start = webgpu.start(fakeEnvironment({}, { isNode: false }), {});
  await expect(start).rejects.toMatchObject({ hint: expect.stringContaining('https') });
});

it('uses the backend that a page has imported itself', async () => {
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: dawn({}).create() }, configurable: true });
  tf.registerBackend('webgpu', () => silenceBanner(new MathBackendCPU()), 0);
  const facts = await webgpu.start(fakeEnvironment({}, { isNode: false }), {});
  expect(facts).toEqual({ tfjsName: 'webgpu' });
});
