import { expect, it } from 'vitest';
import { loadOptional } from './load-optional.ts';

const importModule = (name: string): Promise<unknown> => import(name);

it('returns the module', async () => {
  expect(await loadOptional(importModule, 'node:path', 'no hint')).toHaveProperty('join');
});

it('reports a package that is not installed, with the hint', async () => {
  await expect(loadOptional(importModule, 'no-such-package', 'npm install it')).rejects.toMatchObject({
    code: 'ERR_BACKEND',
    message: 'The package no-such-package is not installed.',
    hint: 'npm install it',
  });
});

it('reports why an installed package does not load, also when one of its own imports is missing', async () => {
  const missing = Object.assign(new Error("Cannot find package 'another'"), { code: 'ERR_MODULE_NOT_FOUND' });
  const load = loadOptional(() => Promise.reject(missing), 'installed', 'npm install it');
  await expect(load).rejects.toMatchObject({
    message: "The package installed cannot be loaded: Cannot find package 'another'.",
    cause: missing,
  });
});
