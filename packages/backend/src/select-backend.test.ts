import { BackendError, ConfigError } from '@t2i/core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeEnvironment } from '../test/fake-environment.ts';
import { silenceBanner } from './cpu-banner.ts';
import { selectBackend, selectBackendIn } from './select-backend.ts';

const NATIVE = '@t2i/backend-native';
const working = { nativeStatus: () => ({ available: true, instructionSet: 'avx2', threads: 4, reason: undefined }) };
const uncompiled = { nativeStatus: () => ({ available: false, threads: 0, reason: 'no compiler was found' }) };

/** Backends of tfjs that the packages would register; here the cpu backend under their names. */
const STANDINS = ['native', 'tensorflow', 'webgpu'];

beforeEach(() => {
  for (const name of STANDINS) tf.registerBackend(name, () => silenceBanner(new MathBackendCPU()), 0);
});
afterEach(() => {
  for (const name of STANDINS) tf.removeBackend(name);
});

describe('auto', () => {
  it('takes native where it works, and says with what', async () => {
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

  it('takes wasm where native is not compiled, and says so', async () => {
    const lines: string[] = [];
    const logger = { info: (line: string) => lines.push(line), warn() {} };
    const choice = await selectBackendIn(fakeEnvironment({ [NATIVE]: uncompiled }), { logger });
    expect(choice).toMatchObject({ name: 'wasm', tfjsName: 'wasm', instructionSet: 'simd128', threads: 1 });
    expect(choice.version).toMatch(/^4\.22/);
    expect(choice.reason).toContain('Not native');
    expect(choice.reason).toContain('no compiler was found');
    expect(lines).toEqual([`Engine: wasm ${choice.version} (simd128, 1 thread): ${choice.reason}.`]);
  });

  it('takes wasm where native is not installed', async () => {
    const { name, reason } = await selectBackendIn(fakeEnvironment());
    expect(name).toBe('wasm');
    expect(reason).toContain(`${NATIVE} is not installed`);
  });

  it('takes wasm where the package of native is broken', async () => {
    const { name, reason } = await selectBackendIn(fakeEnvironment({ [NATIVE]: new SyntaxError('Unexpected token') }));
    expect(name).toBe('wasm');
    expect(reason).toContain('Unexpected token');
  });

  it('does what T2I_BACKEND says, unless an engine is asked for', async () => {
    const environment = fakeEnvironment({ [NATIVE]: working }, { variables: { T2I_BACKEND: 'cpu' } });
    expect(await selectBackendIn(environment)).toMatchObject({ name: 'cpu', reason: 'asked for by T2I_BACKEND' });
    expect(await selectBackendIn(environment, { prefer: 'auto' })).toMatchObject({ name: 'cpu' });
    expect(await selectBackendIn(environment, { prefer: 'wasm' })).toMatchObject({ name: 'wasm', reason: 'asked for' });
  });

  it.each(['', 'auto'])('treats T2I_BACKEND=%s as nothing', async (T2I_BACKEND) => {
    const environment = fakeEnvironment({ [NATIVE]: working }, { variables: { T2I_BACKEND } });
    expect((await selectBackendIn(environment)).name).toBe('native');
  });
});

describe('an engine asked for', () => {
  it.each([
    ['native', 'npm install @t2i/backend-native'],
    ['node', 'npm install @tensorflow/tfjs-node'],
    ['node-gpu', 'npm install @tensorflow/tfjs-node-gpu'],
    ['webgpu', 'npm install webgpu @tensorflow/tfjs-backend-webgpu'],
  ] as const)('and not installed is an error that says how to install it: %s', async (prefer, command) => {
    const environment = fakeEnvironment({ 'node:util': { default: {} } });
    const error = await selectBackendIn(environment, { prefer }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(BackendError);
    expect((error as BackendError).message).toContain('is not installed');
    expect((error as BackendError).hint).toContain(command);
  });

  it('and not working is an error, never another engine', async () => {
    const asked = selectBackendIn(fakeEnvironment({ [NATIVE]: uncompiled }), { prefer: 'native' });
    await expect(asked).rejects.toThrow('no compiler was found');
  });

  it('by a wrong name is an error that lists the names', async () => {
    const misspelt = selectBackendIn(fakeEnvironment(), { prefer: 'natvie' as 'native' });
    await expect(misspelt).rejects.toBeInstanceOf(ConfigError);
    await expect(misspelt).rejects.toMatchObject({ hint: expect.stringContaining('native, node-gpu, node') });
    const variables = { T2I_BACKEND: 'gpu' };
    await expect(selectBackendIn(fakeEnvironment({}, { variables }))).rejects.toThrow('"gpu"');
  });

  it('is found in this process too', async () => {
    expect(await selectBackend({ prefer: 'cpu' })).toMatchObject({ name: 'cpu', tfjsName: 'cpu' });
    expect(tf.getBackend()).toBe('cpu');
  });
});
