import { readFile } from 'node:fs/promises';
import { version_core } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { type Account, changedCounts, readAccounts } from './account.ts';
import { DOCUMENT, describeBackends } from './document.ts';

it('docs/backends.md is what the recorded results make', async () => {
  const accounts = await readAccounts();
  expect(accounts.map(({ backend }) => backend)).toEqual(
    expect.arrayContaining(['cpu', 'native', 'wasm', 'node', 'webgpu']),
  );
  expect(await readFile(DOCUMENT, 'utf8')).toBe(describeBackends(version_core, accounts));
});

it('a run with other counts is told from the recorded one, where both have it', () => {
  const counts = { passed: 5, failed: 1, pending: 0, excused: [] };
  const recorded: Account = {
    backend: 'native',
    date: '2026-11-25',
    tfjsCore: [{ description: 'avx2', ...counts }],
    models: counts,
  };
  const now = (passed: number, description: string): Account => ({
    ...recorded,
    tfjsCore: [{ description, ...counts, passed }],
  });
  expect(changedCounts(recorded, now(5, 'avx2'))).toEqual([]);
  expect(changedCounts(recorded, now(4, 'neon'))).toEqual([]);
  expect(changedCounts(recorded, now(4, 'avx2'))).toEqual([
    'native avx2: 4 passed, 1 failed, 0 pending; recorded are 5 passed, 1 failed, 0 pending',
  ]);
});
