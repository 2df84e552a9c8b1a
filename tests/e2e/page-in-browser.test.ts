/** The page with the model in the browser: as static files, and as an option next to a server. */

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

/** A static host is asked once whether it is an image server. */
const ASKED = { expectedErrors: /404.*\/v1\/models$/ };
const drawn = (words: string) => ({ hasText: `8 images of ${words} are drawn` });

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

  it('contains no weights except those exported with it', async () => {
    const files = await readdir(built, { recursive: true });
    expect(files).toContain('index.html');
    expect(files.filter((name) => name.endsWith('.safetensors'))).toEqual([]);
  });

  it('fetches the model when GO is pressed, generates, interpolates, and caches it', async () => {
    const page = await visits.open(files.url, ASKED);
    await page.getByText('Press GO: the model is fetched once').waitFor();
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
    expect(await page.getByRole('tab').count()).toBe(2); // nothing here knows of the training
    const fetched = files.requests.filter((path) => path.endsWith('.safetensors'));
    expect(new Set(fetched).size).toBe(fetched.length);
  });

  it('generates the images of a link, and shows the progress of the download', async () => {
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
    await page.getByRole('progressbar', { name: /^Fetching the model: 0\.\d of \d\.\d MB$/ }).waitFor();
    await visits.photograph(page, 'fetching');
    expect(await axeViolations(page)).toEqual([]);
    letGo();
    await page.getByRole('status').filter(drawn('a red flower')).waitFor({ state: 'attached' });
  });

  it('is an option next to a server, and part of the link', async () => {
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

  it('is served by t2i serve for a run, with its training history and without a model to download', async () => {
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

  it('downloads the model from t2i serve when an exported model is selected', async () => {
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

  it('explains what to do without a server and without a model', async () => {
    const empty = await serveDirectory(built);
    const page = await visits.open(empty.url, { expectedErrors: /404/ });
    await page.getByRole('alert').getByText('There is no model here to draw with.').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('t2i serve');
    expect(await axeViolations(page)).toEqual([]);
    empty.close();
  });
});
