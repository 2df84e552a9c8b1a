import * as tensorflow from '@t2i/backend-tensorflow';
import { silenceBanner } from '@t2i/backend-utils';
import { BackendError, ConfigError } from '@t2i/core';
import { fakeEnvironment } from '@t2i/test-utils/fakes/environment';
import { dawnOn, removeGpu, setPagesGpu, webgpuStandIn } from '@t2i/test-utils/fakes/webgpu';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeChoice, selectBackend, selectBackendIn } from './select-backend.ts';

const NATIVE = '@t2i/backend-native';
const TENSORFLOW = { '@t2i/backend-tensorflow': tensorflow };
const NODE = '@tensorflow/tfjs-node';
const WEBGPU = '@tensorflow/tfjs-backend-webgpu';
const working = { nativeStatus: () => ({ available: true, instructionSet: 'avx2', threads: 4, reason: undefined }) };
const withCard = { deviceFiles: async () => ['null', 'nvidia0', 'renderD128'] };
const uncompiled = { nativeStatus: () => ({ available: false, threads: 0, reason: 'no compiler was found' }) };

/** The cpu backend under the names of the backends that the packages would register. */
const STANDINS = {
  native: () => silenceBanner(new MathBackendCPU()),
  tensorflow: () => onCard(undefined),
  webgpu: webgpuStandIn,
};

/** TensorFlow on a graphics card or not. */
function onCard(isUsingGpuDevice: boolean | undefined) {
  return Object.assign(silenceBanner(new MathBackendCPU()), { isUsingGpuDevice });
}

beforeEach(() => {
  for (const [name, standIn] of Object.entries(STANDINS)) tf.registerBackend(name, standIn, 0);
});
afterEach(() => {
  for (const name of Object.keys(STANDINS)) {
    if (tf.findBackendFactory(name) != null) tf.removeBackend(name);
  }
  removeGpu();
});

describe('auto', () => {
  it('selects native if it works, and reports its facts', async () => {
    const choice = await selectBackendIn(fakeEnvironment({ [NATIVE]: working }));
    expect(choice).toEqual({
      name: 'native',
      tfjsName: 'native',
      instructionSet: 'avx2',
      threads: 4,
      reason: 'the fastest that works here',
    });
    expect(tf.getBackend()).toBe('native');
  });

  it('selects wasm if native is not compiled, and reports why', async () => {
    const lines: string[] = [];
    const logger = { info: (line: string) => lines.push(line), warn() {} };
    const choice = await selectBackendIn(fakeEnvironment({ [NATIVE]: uncompiled }), { logger });
    expect(choice).toMatchObject({ name: 'wasm', tfjsName: 'wasm', instructionSet: 'simd128', threads: 1 });
    expect(choice.version).toMatch(/^4\.22/);
    expect(choice.reason).toContain('Not native');
    expect(choice.reason).toContain('no compiler was found');
    expect(lines).toEqual([`Backend: wasm ${choice.version} (simd128, 1 thread): ${choice.reason}.`]);
  });

  it('compiles native first if requested, whether or not the compile module exists', async () => {
    const loggers: unknown[] = [];
    const compileKernels = async ({ logger }: { logger: unknown }) => loggers.push(logger) > 0;
    const logger = { info() {}, warn() {} };
    const modules = { [NATIVE]: working, [`${NATIVE}/compile`]: { compileKernels } };
    await selectBackendIn(fakeEnvironment(modules), { logger });
    expect(loggers).toEqual([]);
    expect((await selectBackendIn(fakeEnvironment(modules), { logger, compile: true })).name).toBe('native');
    expect(loggers).toEqual([logger]);
    expect((await selectBackendIn(fakeEnvironment({ [NATIVE]: working }), { compile: true })).name).toBe('native');
  });

  it('selects wasm if native is not installed', async () => {
    const { name, reason } = await selectBackendIn(fakeEnvironment());
    expect(name).toBe('wasm');
    expect(reason).toContain(`${NATIVE} is not installed`);
  });

  it('selects wasm if the package of native is broken', async () => {
    const { name, reason } = await selectBackendIn(fakeEnvironment({ [NATIVE]: new SyntaxError('Unexpected token') }));
    expect(name).toBe('wasm');
    expect(reason).toContain('Unexpected token');
  });

  it('selects node if there is neither native nor a graphics card', async () => {
    const environment = fakeEnvironment({ ...TENSORFLOW, [NATIVE]: uncompiled, [NODE]: {} });
    const { name, reason } = await selectBackendIn(environment);
    expect(name).toBe('node');
    expect(reason).toBe(
      'the fastest that works here. Not native: The kernels of @t2i/backend-native are not available: no compiler was found',
    );
  });

  it('selects wasm if node has no addon', async () => {
    const missing = new Error('The Node.js native addon module (tfjs_binding.node) can not be found');
    const environment = fakeEnvironment({ ...TENSORFLOW, [NATIVE]: uncompiled, [NODE]: missing });
    const { name, reason } = await selectBackendIn(environment);
    expect(name).toBe('wasm');
    expect(reason).toContain('Not node: The package @tensorflow/tfjs-node cannot be loaded');
  });

  it('loads nothing for graphics cards on a machine without one', async () => {
    const asked: string[] = [];
    const environment = fakeEnvironment({ [NATIVE]: working });
    const importModule = (name: string) => {
      asked.push(name);
      return environment.importModule(name);
    };
    expect((await selectBackendIn({ ...environment, importModule })).name).toBe('native');
    expect(asked).toEqual([NATIVE]);
  });

  it('selects node-gpu before all others on an NVIDIA card', async () => {
    const modules = { ...TENSORFLOW, [NATIVE]: working, [`${NODE}-gpu`]: {} };
    tf.removeBackend('tensorflow');
    tf.registerBackend('tensorflow', () => onCard(true), 0);
    expect((await selectBackendIn(fakeEnvironment(modules, withCard))).name).toBe('node-gpu');
    const withoutNvidia = { deviceFiles: async () => ['renderD128'] };
    expect((await selectBackendIn(fakeEnvironment(modules, withoutNvidia))).name).toBe('native');
  });

  it('selects native if node-gpu finds no usable card', async () => {
    const modules = { ...TENSORFLOW, [NATIVE]: working, [`${NODE}-gpu`]: {} };
    tf.removeBackend('tensorflow');
    tf.registerBackend('tensorflow', () => onCard(false), 0);
    const { name, reason } = await selectBackendIn(fakeEnvironment(modules, withCard));
    expect(name).toBe('native');
    expect(reason).toContain('Not node-gpu: TensorFlow finds no graphics card that it can use');
  });

  it.each([undefined, ['renderD128']])('prefers webgpu on a real graphics card to the CPU: %s', async (files) => {
    const modules = { [NATIVE]: working, webgpu: dawnOn({ vendor: 'amd' }), [WEBGPU]: {} };
    const { name, adapter } = await selectBackendIn(fakeEnvironment(modules, { deviceFiles: async () => files }));
    expect([name, adapter]).toEqual(['webgpu', 'amd']);
  });

  it('selects webgpu on a software adapter only if it is allowed', async () => {
    const program = { vendor: 'mesa', description: 'llvmpipe (LLVM 15.0.6, 256 bits)' };
    const modules = { [NATIVE]: working, webgpu: dawnOn(program), [WEBGPU]: {} };
    const { name, reason } = await selectBackendIn(fakeEnvironment(modules, withCard));
    expect(name).toBe('native');
    expect(reason).toContain('only a software adapter (llvmpipe (LLVM 15.0.6, 256 bits))');
    const choice = await selectBackendIn(fakeEnvironment(modules, withCard), { software: true });
    expect(choice).toMatchObject({ name: 'webgpu', software: true });
    expect(describeChoice(choice)).toContain('webgpu (llvmpipe (LLVM 15.0.6, 256 bits), in software): ');
  });

  it('selects webgpu in a page that has it, otherwise wasm, and looks for no package of Node', async () => {
    const page = fakeEnvironment({}, { isNode: false });
    tf.removeBackend('webgpu');
    const { name, reason } = await selectBackendIn(page);
    expect(name).toBe('wasm');
    expect(reason).toMatch(/^the fastest that works here. Not webgpu: This browser has no WebGPU/);
    setPagesGpu(dawnOn({ vendor: 'apple' }).create());
    tf.registerBackend('webgpu', webgpuStandIn, 0);
    expect((await selectBackendIn(page)).name).toBe('webgpu');
  });

  it('follows T2I_BACKEND unless a backend is requested', async () => {
    const environment = fakeEnvironment({ [NATIVE]: working }, { variables: { T2I_BACKEND: 'cpu' } });
    expect(await selectBackendIn(environment)).toMatchObject({ name: 'cpu', reason: 'requested by T2I_BACKEND' });
    expect(await selectBackendIn(environment, { prefer: 'auto' })).toMatchObject({ name: 'cpu' });
    expect(await selectBackendIn(environment, { prefer: 'wasm' })).toMatchObject({ name: 'wasm', reason: 'requested' });
  });

  it.each(['', 'auto'])('ignores T2I_BACKEND=%s', async (T2I_BACKEND) => {
    const environment = fakeEnvironment({ [NATIVE]: working }, { variables: { T2I_BACKEND } });
    expect((await selectBackendIn(environment)).name).toBe('native');
  });
});

describe('check', () => {
  it('rejects a backend, so that the next one is tried', async () => {
    const check = async () => {
      if (tf.getBackend() === 'native') throw new Error('the image differs');
    };
    const { name, reason } = await selectBackendIn(fakeEnvironment({ [NATIVE]: working }), { check });
    expect(name).toBe('wasm');
    expect(reason).toContain('Not native: the image differs');
  });

  it('rejects a requested backend with an error', async () => {
    const check = () => Promise.reject(new Error('the image differs'));
    const asked = selectBackendIn(fakeEnvironment(), { prefer: 'cpu', check });
    await expect(asked).rejects.toMatchObject({ code: 'ERR_BACKEND', message: 'the image differs' });
  });

  it('ends the selection with an error that is not about a backend', async () => {
    const damaged = new ConfigError('the model is damaged');
    const selection = selectBackendIn(fakeEnvironment(), { check: () => Promise.reject(damaged) });
    await expect(selection).rejects.toBe(damaged);
  });
});

describe('a requested backend', () => {
  it.each([
    ['native', 'npm install @t2i/backend-native'],
    ['node', 'npm install @t2i/backend-tensorflow @tensorflow/tfjs-node'],
    ['node-gpu', 'npm install @t2i/backend-tensorflow @tensorflow/tfjs-node-gpu'],
    ['webgpu', 'npm install webgpu @tensorflow/tfjs-backend-webgpu'],
  ] as const)('that is not installed is an error with an install command: %s', async (prefer, command) => {
    const environment = fakeEnvironment();
    const error = await selectBackendIn(environment, { prefer }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(BackendError);
    expect((error as BackendError).message).toContain('is not installed');
    expect((error as BackendError).hint).toContain(command);
  });

  it('that does not work is an error, never another backend', async () => {
    const asked = selectBackendIn(fakeEnvironment({ [NATIVE]: uncompiled }), { prefer: 'native' });
    await expect(asked).rejects.toThrow('no compiler was found');
  });

  it('with an unknown name is an error that lists the names', async () => {
    const misspelt = selectBackendIn(fakeEnvironment(), { prefer: 'natvie' as 'native' });
    await expect(misspelt).rejects.toBeInstanceOf(ConfigError);
    await expect(misspelt).rejects.toMatchObject({ hint: expect.stringContaining('native, node-gpu, node') });
    const variables = { T2I_BACKEND: 'gpu' };
    await expect(selectBackendIn(fakeEnvironment({}, { variables }))).rejects.toThrow('"gpu"');
  });

  it('is selected in this process, too', async () => {
    expect(await selectBackend({ prefer: 'cpu' })).toMatchObject({ name: 'cpu', tfjsName: 'cpu' });
    expect(tf.getBackend()).toBe('cpu');
  });
});
