import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { compileKernels } from './compile.ts';

const ROOT = join(import.meta.dirname, '..');

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 't2i-compile-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true, force: true });
});

/** `compileKernels` of a copy of this package without an addon. */
async function copyWithoutAddon(): Promise<typeof compileKernels> {
  for (const name of ['src', 'scripts', 'native', 'package.json']) {
    await cp(join(ROOT, name), join(directory, name), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  const copy = (await import(pathToFileURL(join(directory, 'src/compile.ts')).href)) as {
    compileKernels: typeof compileKernels;
  };
  return copy.compileKernels;
}

function listener() {
  const [infos, warnings]: [string[], string[]] = [[], []];
  return { infos, warnings, info: (line: string) => infos.push(line), warn: (line: string) => warnings.push(line) };
}

it('does nothing where an addon is there, or where one is named', async () => {
  const logger = listener();
  expect(await compileKernels({ logger })).toBe(true);
  vi.stubEnv('T2I_NATIVE_ADDON', '/nowhere/addon.node');
  expect(await compileKernels({ logger })).toBe(false);
  expect(logger).toMatchObject({ infos: [], warnings: [] });
});

it('says in one line why it cannot compile, and does not throw', async () => {
  const compile = await copyWithoutAddon();
  vi.stubEnv('T2I_NATIVE_ADDON', '');
  vi.stubEnv('PATH', '/nowhere');
  vi.stubEnv('CXX', '');
  const logger = listener();
  expect(await compile({ logger })).toBe(false);
  expect(logger.infos).toEqual([expect.stringMatching(/^Compiling the C\+\+ kernels/)]);
  expect(logger.warnings).toEqual([expect.stringMatching(/^[^\n]*not compiled, .*\(no C\+\+ compiler found.*\)$/)]);
});
