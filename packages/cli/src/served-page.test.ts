import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@t2i/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { servedPage } from './served-page.ts';

let folder: string;
const said: string[] = [];
const logger = { info: (message: string) => void said.push(message) };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 't2i-page-'));
  await writeFile(join(folder, 'index.html'), '<!doctype html>');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('is the page of this project unless another one or none is chosen', () => {
  expect(servedPage(undefined, logger, folder)).toBe(folder);
  expect(servedPage(folder, logger, 'nowhere')).toBe(folder);
  expect(servedPage(false, logger, folder)).toBeUndefined();
  expect(said).toEqual([]);
});

it('says how to build the page where it is not built', () => {
  expect(servedPage(undefined, logger, 'nowhere')).toBeUndefined();
  expect(said.splice(0)).toEqual([expect.stringContaining('npx --yes pnpm@10.34.9 build')]);
});

it('refuses a folder without a page', () => {
  expect(() => servedPage('nowhere', logger, folder)).toThrow(ConfigError);
});
