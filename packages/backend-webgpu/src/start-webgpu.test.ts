import { fakeEnvironment } from '@t2i/test-utils/fakes/environment';
import { dawnOn, removeGpu, setPagesGpu, webgpuStandIn } from '@t2i/test-utils/fakes/webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, it } from 'vitest';
import { startWebgpu } from './start-webgpu.ts';

const PACKAGE = '@tensorflow/tfjs-backend-webgpu';
const CARDS = ['NVIDIA H100', 'AMD Radeon RX 7600', 'llvmpipe (LLVM 15.0.6, 256 bits)'];

afterEach(() => {
  if (tf.findBackendFactory('webgpu') != null) tf.removeBackend('webgpu');
  removeGpu();
});

/** An environment with Dawn and tfjs's backend, which registers itself only where it finds `navigator.gpu`. */
function installed(dawn: ReturnType<typeof dawnOn>, variables: Record<string, string> = {}) {
  const modules = {
    webgpu: dawn,
    get [PACKAGE]() {
      if (globalThis.navigator?.gpu === undefined) return new Error('imported too early');
      tf.registerBackend('webgpu', webgpuStandIn, 0);
      return {};
    },
  };
  return fakeEnvironment(modules, { variables });
}

it('runs on Dawn in Node and names the graphics card', async () => {
  const facts = await startWebgpu({}, installed(dawnOn({ vendor: 'nvidia', architecture: 'hopper' })));
  expect(facts).toEqual({ tfjsName: 'webgpu', adapter: 'nvidia hopper', software: false });
  expect(tf.getBackend()).toBe('webgpu');
  expect(globalThis).toHaveProperty('GPUBufferUsage');
});

it('reports the name that Dawn lists, and all other names', async () => {
  const facts = await startWebgpu({}, installed(dawnOn({ device: 'amd-radeon-rx-7600', description: 'radv' }, CARDS)));
  expect(facts).toMatchObject({ adapter: 'AMD Radeon RX 7600', adapters: CARDS });
});

it.each([
  ['an option', { adapter: 'radeon' }, {}],
  ['a variable', {}, { T2I_WEBGPU_ADAPTER: 'RADEON' }],
])('selects the card that %s names', async (_, options, variables) => {
  const dawn = dawnOn({ device: 'amd-radeon-rx-7600' }, CARDS);
  await startWebgpu(options, installed(dawn, variables));
  expect(dawn.flags.at(-1)).toBe('adapter=AMD Radeon RX 7600');
});

it('lists the cards when none has the name, and reports when another one is in use', async () => {
  const environment = installed(dawnOn({ device: 'nvidia-h100' }, CARDS));
  await expect(startWebgpu({ adapter: 'intel' }, environment)).rejects.toMatchObject({
    message: 'There is no graphics card named "intel".',
    hint: expect.stringContaining('NVIDIA H100, AMD Radeon RX 7600'),
  });
  await startWebgpu({ adapter: 'h100' }, environment);
  await startWebgpu({ adapter: 'h100' }, environment);
  await expect(startWebgpu({ adapter: 'radeon' }, environment)).rejects.toThrow('already uses NVIDIA H100, not');
});

it('reports what is needed when there is no graphics card', async () => {
  const start = startWebgpu({}, installed(dawnOn(null)));
  await expect(start).rejects.toMatchObject({
    code: 'ERR_BACKEND',
    message: expect.stringContaining('no graphics card'),
    hint: expect.stringMatching(/libvulkan.*Direct3D.*Metal/),
  });
});

it.each([
  { description: 'SwiftShader driver 5.0.0' },
  { vendor: 'mesa', device: 'llvmpipe-llvm-15-0-6-256-bits-' },
  { description: 'Microsoft Basic Render Driver' },
  { vendor: 'unheard of', isFallbackAdapter: true },
])('rejects a software adapter unless it is allowed: %o', async (info) => {
  await expect(startWebgpu({}, installed(dawnOn(info)))).rejects.toMatchObject({
    message: expect.stringContaining('only a software adapter'),
    hint: expect.stringContaining('T2I_WEBGPU_SOFTWARE=1'),
  });
  expect(globalThis.navigator?.gpu).toBeUndefined();
  await expect(startWebgpu({}, installed(dawnOn(info), { T2I_WEBGPU_SOFTWARE: '0' }))).rejects.toThrow(
    'software adapter',
  );
  expect(await startWebgpu({ software: true }, installed(dawnOn(info)))).toMatchObject({ software: true });
  removeGpu();
  const facts = await startWebgpu({}, installed(dawnOn(info), { T2I_WEBGPU_SOFTWARE: '1' }));
  expect(facts).toMatchObject({ software: true });
});

it('reports the missing package when only Dawn is installed', async () => {
  const start = startWebgpu({}, fakeEnvironment({ webgpu: dawnOn({}) }));
  await expect(start).rejects.toMatchObject({
    message: `The package ${PACKAGE} is not installed.`,
    hint: `Install it: npm install ${PACKAGE}`,
  });
});

it('reports why Dawn does not start', async () => {
  const broken = { create: () => ({ requestAdapter: () => Promise.reject(new Error('no libvulkan')) }), globals: {} };
  await expect(startWebgpu({}, fakeEnvironment({ webgpu: broken }))).rejects.toThrow('no libvulkan');
});

it('needs a browser with WebGPU', async () => {
  const start = startWebgpu({}, fakeEnvironment({}, { isNode: false }));
  await expect(start).rejects.toMatchObject({ hint: expect.stringContaining('https') });
});

it('uses the backend that a page has imported itself', async () => {
  setPagesGpu(dawnOn({ description: 'Apple M1' }).create());
  tf.registerBackend('webgpu', webgpuStandIn, 0);
  const facts = await startWebgpu({}, fakeEnvironment({}, { isNode: false }));
  expect(facts).toEqual({ tfjsName: 'webgpu', adapter: 'Apple M1', software: false });
});

it('throws on reading after the graphics card has failed', async () => {
  await startWebgpu({}, installed(dawnOn({ vendor: 'nvidia' })));
  const x = tf.tensor1d([1, 2]);
  expect([...(await x.data())]).toEqual([1, 2]);
  (tf.backend() as ReturnType<typeof webgpuStandIn>).fail('Out of memory');
  await expect(x.data()).rejects.toMatchObject({
    code: 'ERR_BACKEND',
    message: expect.stringContaining('Out of memory'),
  });
  x.dispose();
});
