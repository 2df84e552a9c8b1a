import { describe, expect, it } from 'vitest';
import { isNativeAvailable, nativeStatus } from './index.ts';
import { runFixture } from './run-fixture.ts';

describe('availability', () => {
  it('tells what was loaded', () => {
    expect(isNativeAvailable()).toBe(true);
    expect(nativeStatus()).toMatchObject({ available: true, reason: undefined });
    expect(['avx512', 'avx2', 'x64_v1', 'neon']).toContain(nativeStatus().instructionSet);
  });

  it('leaves other backends alone where there is no addon', () => {
    const seen = runFixture('without-addon', { T2I_NATIVE_ADDON: '/nowhere/addon.node' });
    expect(seen).toMatchObject({ available: false, backend: 'cpu', sum: 3, status: { threads: 0 } });
    expect(seen).toMatchObject({
      status: { reason: 'T2I_NATIVE_ADDON is "/nowhere/addon.node", and there is no such file' },
    });
  });

  it('refuses an instruction set that was not compiled or that the processor lacks', () => {
    const seen = runFixture('without-addon', { T2I_ISA: 'sse9' });
    const reason = expect.stringMatching(/T2I_ISA is "sse9", but the usable instruction sets are: \w+/);
    expect(seen).toMatchObject({ available: false, status: { reason } });
  });

  it('says what is wrong with T2I_THREADS', () => {
    const seen = runFixture('without-addon', { T2I_THREADS: 'many' });
    expect(seen).toMatchObject({
      available: false,
      status: { reason: expect.stringContaining('T2I_THREADS is "many"') },
    });
  });
});
