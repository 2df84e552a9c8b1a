/** The included flower model without any flags: in the command, the server, a bundled program and a web page. */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selectBackend } from '@t2i/backend';
import { toRgbImages } from '@t2i/core';
import { openFlowers } from '@t2i/flowers';
import { modelDirectory } from '@t2i/flowers/node';
import { decodeImage } from '@t2i/image-node';
import { exportModel } from '@t2i/pipeline';
import { maxDifference } from '@t2i/test-utils';
import type { Browser } from 'playwright-core';
import { build, defaultClientConditions } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, skipWithoutChromium } from '../support/browser.ts';
import { serveDirectory } from '../support/static-server.ts';
import { Visits } from '../support/visits.ts';
import { ROOT, start, startServe } from './command.ts';
import { buildPage } from './page-server.ts';

const CAPTION = 'this flower has white petals and a yellow centre';
const SEED = 7;
const CONDITIONS = ['@t2i/source', ...defaultClientConditions];

let directory: string;
/** The image that this process generates. */
let expected: Uint8Array;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 't2i-flowers-'));
  await selectBackend({ prefer: 'wasm' });
  const flowers = await openFlowers();
  expected = toRgbImages(await flowers.generate({ captions: [CAPTION], seed: SEED }))[0]!.data;
  flowers.dispose();
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const pixelsOf = async (file: Uint8Array) => (await decodeImage(file)).data;

describe('t2i without a run', () => {
  const MAIN = join(ROOT, 'packages/cli/src/main.ts');
  /** In an empty directory, as a person would. */
  const inDirectory = (...args: string[]) =>
    start(join(ROOT, 'node_modules/.bin/tsx'), ['--conditions=@t2i/source', MAIN, ...args], directory).finished;

  it('generate writes a flower and prints the file, the model and the seed', async () => {
    const drawn = await inDirectory('generate', CAPTION);
    expect(drawn).toMatchObject({ code: 0, stdout: 'flower.png\n', stderr: 'Generated with @t2i/flowers, seed 0\n' });
    const first = await readFile(join(directory, 'flower.png'));
    const again = await inDirectory('generate', CAPTION, '--seed', `${SEED}`);
    expect(again).toMatchObject({ code: 0, stdout: 'flower-2.png\n' });
    const seventh = await readFile(join(directory, 'flower-2.png'));
    expect(await readFile(join(directory, 'flower.png'))).toEqual(first);
    expect(seventh).not.toEqual(first);
    expect(maxDifference(await pixelsOf(seventh), expected)).toBeLessThanOrEqual(1);
  });

  it('interpolate generates the images between two flowers', async () => {
    const walk = await inDirectory('interpolate', 'a red flower', 'a white flower', '--steps', '3', '--rows', '1');
    expect(walk).toMatchObject({ code: 0, stdout: 'interpolation.png\n' });
    const { width, height } = await decodeImage(await readFile(join(directory, 'interpolation.png')));
    expect(width / height).toBeGreaterThan(2.5);
  });

  it('serve serves the flower model', async () => {
    const { child, finished, url } = await startServe().served;
    try {
      expect(await (await fetch(`${url}/v1/model`)).json()).toMatchObject({ name: 'flowers', license: 'Apache-2.0' });
      const image = await fetch(`${url}/text/${encodeURIComponent(CAPTION)}?seed=${SEED}`);
      expect(maxDifference(await pixelsOf(new Uint8Array(await image.arrayBuffer())), expected)).toBeLessThanOrEqual(1);
    } finally {
      child.kill('SIGTERM');
    }
    expect((await finished).code).toBe(0);
  });
});

describe.skipIf(skipWithoutChromium)('the flowers in a browser', () => {
  let browser: Browser;
  let visits: Visits;
  let page: string;
  beforeAll(async () => {
    browser = await launchChromium();
    visits = new Visits(browser);
    page = join(directory, 'page');
    await buildPage(page);
  });
  afterEach(() => visits.close());
  afterAll(() => browser?.close());

  it('is part of the bundle of a program that imports it', async () => {
    const root = join(ROOT, 'packages/flowers/src/__fixtures__');
    const outDir = join(directory, 'program');
    await build({ root, logLevel: 'error', base: './', resolve: { conditions: CONDITIONS }, build: { outDir } });
    const weights = (names: readonly string[]) => names.filter((name) => name.endsWith('.safetensors'));
    // the other two, which nothing here fetches, are what pretrainedEncoder() would: bundlers copy what a module names
    expect(weights(await readdir(outDir, { recursive: true }))).toHaveLength(4);
    const files = await serveDirectory(outDir);
    const page = await visits.open(files.url);
    await page.waitForFunction('globalThis.draw');
    const drawn = await page.evaluate<number[]>(`draw(${JSON.stringify(CAPTION)}, ${SEED})`);
    const fetched = await page.evaluate<string[]>("performance.getEntriesByType('resource').map(({ name }) => name)");
    expect(weights(fetched)).toHaveLength(2);
    files.close();
    expect(maxDifference(drawn, expected)).toBeLessThanOrEqual(1);
  });

  it('generates images on a page that was exported with it', async () => {
    const site = join(directory, 'site');
    await exportModel(modelDirectory, { outDirectory: site, page });
    const files = await serveDirectory(site);
    const visit = await visits.open(files.url, { expectedErrors: /404.*\/v1\/models$/ });
    await visit.getByRole('button', { name: 'GO' }).click();
    await visit.getByRole('status').filter({ hasText: '8 images of' }).waitFor({ state: 'attached' });
    await visits.photograph(visit, 'flowers');
    files.close();
  });

  it('generates images in the page of t2i serve, if the visitor chooses the browser', async () => {
    const { child, finished, url } = await startServe('--page', page, '--backend', 'wasm').served;
    try {
      const fetched: string[] = [];
      const visit = await visits.open(`${url}/?text=${encodeURIComponent(CAPTION)}&seed=${SEED}`);
      visit.context().on('requestfinished', (request) => fetched.push(new URL(request.url()).pathname));
      await visit.locator('.grid[aria-busy="false"] img[src^="data:"]').first().waitFor();
      expect(fetched.filter((path) => path.endsWith('.safetensors'))).toEqual([]);
      await visit.getByRole('switch', { name: 'In this browser' }).check();
      const first = visit.locator('.grid[aria-busy="false"] img[src^="blob:"]').first();
      await first.waitFor();
      expect(fetched.filter((path) => path.endsWith('.safetensors')).sort()).toEqual([
        '/v1/model-files/flowers/encoder.safetensors',
        '/v1/model-files/flowers/generator.safetensors',
      ]);
      const drawn = await first.evaluate(async (image: HTMLImageElement) => [
        ...new Uint8Array(await (await fetch(image.src)).arrayBuffer()),
      ]);
      expect(maxDifference(await pixelsOf(Uint8Array.from(drawn)), expected)).toBeLessThanOrEqual(1);
    } finally {
      child.kill('SIGTERM');
    }
    expect((await finished).code).toBe(0);
  });
});
