import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@t2i/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { servedPage } from './served-page.ts';

let directory: string;
const said: string[] = [];
const logger = { info: (message: string) => void said.push(message) };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 't2i-page-'));
  await writeFile(join(directory, 'index.html'), '<!doctype html>');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it('is the page of t2i unless another one or none is chosen', () => {
  expect(servedPage(undefined, logger, directory)).toBe(directory);
  expect(servedPage(directory, logger, 'nowhere')).toBe(directory);
  expect(servedPage(false, logger, directory)).toBeUndefined();
  expect(said).toEqual([]);
});

it('explains how to build a missing page', () => {
  expect(servedPage(undefined, logger, 'nowhere')).toBeUndefined();
  expect(said.splice(0)).toEqual([expect.stringContaining('npx --yes pnpm@10.34.9 build')]);
});

it('refuses a directory without a page', () => {
  expect(() => servedPage('nowhere', logger, directory)).toThrow(ConfigError);
});
