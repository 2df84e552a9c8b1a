/** The page where the model runs in the browser: as static files, and as a choice beside a server. */

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selectBackend } from '@t2i/backend';
import { exportRun, parseRunConfig, trainRun } from '@t2i/pipeline';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, skipWithoutChromium } from '../support/browser.ts';
import { type StaticServer, serveDirectory } from '../support/static-server.ts';
import { axeViolations, Visits } from '../support/visits.ts';
import { startServe } from './command.ts';
import { buildPage, type PageServer, startPageServer } from './page-server.ts';

let directory: string;
let run: string;
let built: string;
let site: string;
let files: StaticServer;
let server: PageServer;
let browser: Browser;
let visits: Visits;

/** The page asks a static host once whether it is an image server. */
const ASKED = { expectedErrors: /404.*\/v1\/models$/ };
const drawn = (words: string) => ({ hasText: `8 images of ${words} are ready` });

describe.skipIf(skipWithoutChromium)('the page with a model beside it', () => {
  beforeAll(async () => {
    browser = await launchChromium();
    visits = new Visits(browser);
    directory = await mkdtemp(join(tmpdir(), 't2i-page-model-'));
    run = join(directory, 'run');
    site = join(directory, 'site');
    built = join(directory, 'built');
    await selectBackend({ prefer: 'wasm' });
    const config = parseRunConfig({
      data: { kind: 'toy-flowers', images: 200 },
      model: { imageSize: 32, generatorFilters: 8, discriminatorFilters: 4, projectedDim: 16 },
      batches: { batchSize: 4 },
      trainer: { maxSteps: 2 },
      preview: { captions: ['a'], seen: 0, unseen: 0, columns: 1 },
    });
    await trainRun(config, { runDirectory: run });
    await buildPage(built);
    await exportRun({ runDirectory: run, outDirectory: site, page: built });
    files = await serveDirectory(site);
    server = await startPageServer(site);
  });
  afterAll(async () => {
    await browser?.close();
    files?.close();
    await server?.close();
    if (directory) await rm(directory, { recursive: true, force: true });
  });
  afterEach(() => visits.close());

  it('contains no weights except those exported beside it', async () => {
    const files = await readdir(built, { recursive: true });
    expect(files).toContain('index.html');
    expect(files.filter((name) => name.endsWith('.safetensors'))).toEqual([]);
  });

  it('downloads the model when GO is pressed, generates, interpolates, and caches it', async () => {
    const page = await visits.open(files.url, ASKED);
    await page.getByText('Press GO to download the model once.').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    expect(files.requests.filter((path) => path.endsWith('.safetensors'))).toEqual([]);
    await page.getByRole('button', { name: 'GO' }).click();
    await page.getByRole('status').filter(drawn('pink flower with yellow petals')).waitFor({ state: 'attached' });
    await page.getByText('with WebAssembly').waitFor();
    await visits.photograph(page, 'in-browser');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'More like no. 2' }).click();
    await page.getByText('no. 2 › 8').waitFor();
    await page.getByRole('tab', { name: 'Between two' }).click();
    await page.locator('.screen img:not([hidden])').waitFor();
    expect(await page.getByRole('tab').count()).toBe(2); // there are no training samples here
    const fetched = files.requests.filter((path) => path.endsWith('.safetensors'));
    expect(new Set(fetched).size).toBe(fetched.length);
  });

  it('generates the images of a link, and shows the download progress', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const prepare = (page: Page) =>
      page.context().route('**/generator.safetensors', async (route) => {
        await held;
        await route.continue();
      });
    const page = await visits.open(`${files.url}?text=a+red+flower&seed=7`, { ...ASKED, prepare });
    await page.getByRole('progressbar', { name: /^Downloading the model: 0\.\d of \d\.\d MB$/ }).waitFor();
    await visits.photograph(page, 'fetching');
    expect(await axeViolations(page)).toEqual([]);
    letGo();
    await page.getByRole('status').filter(drawn('a red flower')).waitFor({ state: 'attached' });
  });

  it('is optional beside a server, and part of the link', async () => {
    const page = await visits.open(`${server.url}/?text=a+red+flower&seed=7`);
    await page.getByRole('status').filter(drawn('a red flower')).waitFor({ state: 'attached' });
    const first = page.locator('.grid[aria-busy="false"] img').first();
    expect(await first.getAttribute('src')).toMatch(/^data:/);
    await page.getByRole('switch', { name: 'In this browser' }).check();
    await page.locator('.grid[aria-busy="false"] img[src^="blob:"]').first().waitFor();
    expect(new URL(page.url()).searchParams.get('in')).toBe('browser');
    await page.getByRole('switch', { name: 'In this browser' }).uncheck();
    await page.locator('.grid[aria-busy="false"] img[src^="data:"]').first().waitFor();
  });

  it('is shown by t2i serve for a run, with training samples and without a model for browsers', async () => {
    const { child, finished, url } = await startServe(run, '--page', built, '--backend', 'wasm').served;
    try {
      const page = await visits.open(`${url}/?text=a+red+flower&seed=7`);
      await page.getByRole('status').filter(drawn('a red flower')).waitFor({ state: 'attached' });
      await page.getByRole('tab', { name: 'How it learned' }).click();
      await page.getByAltText('Samples after epoch 0').waitFor();
      expect(await page.getByRole('switch', { name: 'In this browser' }).count()).toBe(0);
    } finally {
      child.kill('SIGTERM');
    }
    expect((await finished).code).toBe(0);
  });

  it('is downloaded from t2i serve if the selected model is an exported one', async () => {
    const model = `roses=${join(site, 'model')}`;
    const { child, finished, url } = await startServe(run, model, '--page', built, '--backend', 'wasm').served;
    try {
      const page = await visits.open(`${url}/?text=a+red+flower&seed=7&in=browser`);
      await page.locator('.grid[aria-busy="false"] img[src^="data:"]').first().waitFor();
      expect(await page.getByRole('switch', { name: 'In this browser' }).count()).toBe(0);
      await page.getByLabel('Model').selectOption('roses');
      await page.locator('.grid[aria-busy="false"] img[src^="blob:"]').first().waitFor();
      expect(await page.getByRole('switch', { name: 'In this browser' }).isChecked()).toBe(true);
      const weights = await fetch(`${url}/v1/model-files/roses/generator.safetensors`, { method: 'HEAD' });
      expect(weights.status).toBe(200);
    } finally {
      child.kill('SIGTERM');
    }
    expect((await finished).code).toBe(0);
  });

  it('says what to do if there is neither a server nor a model', async () => {
    const empty = await serveDirectory(built);
    const page = await visits.open(empty.url, { expectedErrors: /404/ });
    await page.getByRole('alert').getByText('No model found.').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('t2i serve');
    expect(await axeViolations(page)).toEqual([]);
    empty.close();
  });
});
