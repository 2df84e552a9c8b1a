/** The model inside a real browser, from static files: the same images as in Node on every backend. */

import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selectBackend } from '@t2i/backend';
import { float32Tensor, type NamedTensor, Rng, toRgbImages } from '@t2i/core';
import { decodeImage } from '@t2i/image-node';
import { exportRun, parseRunConfig, TextToImagePipeline, trainRun } from '@t2i/pipeline';
import { maxDifference } from '@t2i/test-utils';
import { CharCnnRnn } from '@t2i/text-encoder';
import { saveEncoder } from '@t2i/text-encoder/node';
import { CharCnnRnnNetwork } from '@t2i/text-encoder/training';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ImageSource } from '../../packages/web/src/image-source.ts';
import type { BrowserSourceOptions } from '../../packages/web/src/in-browser/open-browser-source.ts';
import { launchChromium, skipWithoutChromium } from '../support/browser.ts';
import { type StaticServer, serveDirectory } from '../support/static-server.ts';
import { ROOT } from './command.ts';

/** WebGPU in software too. */
const FLAGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
const CAPTION = 'a pink flower';
const SEED = 7;
/** See `buildPage`. */
const SOURCE = 'source.js';

/** What the file of the page under test puts into the window of `visit`. */
declare function openBrowserSource(options: BrowserSourceOptions): Promise<ImageSource>;

let temporary: string;
let site: StaticServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** Requests and errors of pages that should not happen. */
let trouble: string[];

/** Random weights, loud enough that captions matter. */
async function randomEncoder(): Promise<CharCnnRnn> {
  const sizes = { channels: [24, 32], cnnDim: 32, rnn: 'relu8', dim: 40 } as const;
  const config = { ...sizes, normalise: 'none', characters: 'forgiving' } as const;
  const network = new CharCnnRnnNetwork(config, new Rng(3));
  const tensors: Record<string, NamedTensor> = {};
  for (const [name, variable] of Object.entries(network.variables)) {
    const values = (await variable.data()) as Float32Array;
    tensors[name] = float32Tensor(
      variable.shape,
      values.map((value) => 6 * value),
    );
  }
  network.dispose();
  return CharCnnRnn.fromWeights(config, tensors, null);
}

/**
 * No flower, but an image with colours and edges that depends on its caption and its noise. So few steps are wild, and yet enough for the running
 * statistics to settle: before, nearly all pixels are black or white, and would hide how backends differ.
 */
async function trainToy(runDirectory: string, encoder: string): Promise<void> {
  const config = parseRunConfig({
    data: { kind: 'toy-flowers', images: 200 },
    encoder: { kind: 'saved', directory: encoder },
    model: {
      imageSize: 32,
      generatorFilters: 8,
      discriminatorFilters: 4,
      projectedDim: 16,
      noiseDim: 16,
      emaHalfLife: 4,
    },
    batches: { batchSize: 4 },
    trainer: { maxSteps: 20, learningRate: 0.02, logEvery: 20 },
    preview: { captions: [CAPTION], seen: 0, unseen: 0, columns: 1 },
  });
  await trainRun(config, { runDirectory });
}

/** The page as visitors get it, and its generator as a file that can be imported. */
async function buildPage(outDir: string): Promise<void> {
  const root = join(ROOT, 'packages/web');
  const input = { index: join(root, 'index.html'), source: join(root, 'src/in-browser/open-browser-source.ts') };
  const output = { entryFileNames: '[name].js' };
  const rolldownOptions = { input, output, preserveEntrySignatures: 'exports-only' } as const;
  await build({ root, logLevel: 'warn', build: { outDir, rolldownOptions } });
}

beforeAll(async () => {
  if (skipWithoutChromium) return;
  temporary = await mkdtemp(join(tmpdir(), 't2i-in-browser-'));
  const [encoder, run, built] = ['encoder', 'run', 'page'].map((name) => join(temporary, name)) as [
    string,
    string,
    string,
  ];
  await selectBackend({ prefer: 'wasm' });
  await saveEncoder(encoder, await randomEncoder());
  await trainToy(run, encoder);
  await buildPage(built);
  await exportRun({ runDirectory: run, outDirectory: join(temporary, 'site'), page: built });
  await writeFile(
    join(temporary, 'site/blank.html'),
    '<!doctype html><title>blank</title><link rel="icon" href="data:,">',
  );
  site = await serveDirectory(join(temporary, 'site'));
  browser = await launchChromium(FLAGS);
});
afterAll(async () => {
  await browser?.close();
  site?.close();
  if (temporary) await rm(temporary, { recursive: true, force: true });
});

/** Opens the page as a new visitor, with an empty cache. */
async function visit(): Promise<void> {
  context = await browser.newContext();
  page = await context.newPage();
  trouble = [];
  page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
  page.on('pageerror', (error) => trouble.push(error.message));
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && `${origin}/` !== site.url) trouble.push(request.url());
  });
  await page.goto(`${site.url}blank.html`); // of the site, without the page's own doings
  const content = `import { openBrowserSource } from './${SOURCE}'; Object.assign(window, { openBrowserSource });`;
  await page.addScriptTag({ type: 'module', content });
  await page.waitForFunction('window.openBrowserSource');
  site.requests.length = 0;
}
afterEach(() => context?.close());

interface Drawn {
  readonly backend: string;
  readonly progress: readonly { readonly loaded: number; readonly total: number }[];
  /** PNG files. */
  readonly images: readonly (readonly number[])[];
}

/** Opens the source in the page, as it was built for visitors, and generates two images, and a walk from one caption to another. */
async function drawInPage(backend: 'wasm' | 'webgl' | 'webgpu' | undefined): Promise<Drawn> {
  return page.evaluate(
    async ({ backend, caption, seed }) => {
      const progress: { loaded: number; total: number }[] = [];
      const source = await openBrowserSource({
        baseUrl: new URL('/model/', location.href).href,
        ...(backend && { backend }),
        onProgress: (step: { loaded: number; total: number }) => progress.push(step),
      });
      const drawn = [
        ...(await source.generate({ caption: ` ${caption.toUpperCase()}\n`, seed, count: 2 })),
        ...(await source.interpolate({ from: caption, to: 'a white daisy', seed, steps: 2 })),
      ];
      const bytes = async ({ url }: { url: string }) => [...new Uint8Array(await (await fetch(url)).arrayBuffer())];
      const images = await Promise.all(drawn.map(bytes));
      source.dispose!();
      return { backend: source.backend!, progress, images };
    },
    { backend, caption: CAPTION, seed: SEED },
  );
}

/** The same images, generated in Node from the same files. */
async function drawInNode(): Promise<Uint8Array[]> {
  const pipeline = await TextToImagePipeline.open(join(temporary, 'site/model'));
  const images = [
    ...toRgbImages(await pipeline.generate({ captions: [CAPTION], seed: SEED, perCaption: 2 })),
    ...toRgbImages(await pipeline.interpolateCaptions(CAPTION, 'a white daisy', { seed: SEED, steps: 2 })),
  ];
  pipeline.dispose();
  return images.map(({ data }) => data);
}

const pixelsOf = async (png: readonly number[]) => (await decodeImage(Uint8Array.from(png))).data;

describe.skipIf(skipWithoutChromium)('the model in the browser', () => {
  it.each([
    ['wasm', 'WebAssembly'],
    ['webgl', 'WebGL'],
    ['webgpu', 'WebGPU'],
  ] as const)('draws on %s what Node draws, within a step of a pixel', async (backend, name) => {
    await visit();
    const drawn = await drawInPage(backend);
    expect(drawn.backend).toBe(name);
    const expected = await drawInNode();
    const pixels = await Promise.all(drawn.images.map(pixelsOf));
    expect(pixels).toHaveLength(4);
    pixels.forEach((image, i) => {
      expect(maxDifference(image, expected[i]!), `image ${i}`).toBeLessThanOrEqual(1);
    });
    // the images could tell: they have contrast, and differ from each other
    expect(Math.max(...expected[0]!) - Math.min(...expected[0]!)).toBeGreaterThan(50);
    for (const other of [1, 3]) expect(maxDifference(expected[0]!, expected[other]!)).toBeGreaterThan(20);
    expect(trouble).toEqual([]);
  });

  it('downloads the weights once, reports progress, and does not use software instead of a graphics card', async () => {
    await visit();
    const first = await drawInPage(undefined);
    expect(first.backend).toBe('WebAssembly');
    const [begin, end] = [first.progress[0]!, first.progress.at(-1)!];
    expect([begin.loaded, end.loaded]).toEqual([0, end.total]);
    const weights = () => site.requests.filter((path) => path.endsWith('.safetensors'));
    expect(weights()).toHaveLength(2);
    const second = await drawInPage(undefined);
    expect(weights()).toHaveLength(2);
    expect(second.progress.at(-1)).toEqual(end);
    expect(second.images).toEqual(first.images);
    expect(trouble).toEqual([]);
  });

  it('generates nothing with a damaged model, and gives the reason', async () => {
    const path = join(temporary, 'site/model/generator.safetensors');
    const whole = await readFile(path);
    try {
      await truncate(path, 5000);
      await visit();
      await expect(drawInPage('wasm')).rejects.toThrow(/generator\.safetensors is not what was published: .*5000 came/);
    } finally {
      await writeFile(path, whole);
    }
  });

  it('cancels requests that are no longer needed', async () => {
    await visit();
    const ends = await page.evaluate(async () => {
      const baseUrl = new URL('/model/', location.href).href;
      const reasonOf = (work: Promise<unknown>) => work.catch((reason: unknown) => String(reason));
      const opening = await reasonOf(openBrowserSource({ baseUrl, signal: AbortSignal.abort('not now') }));
      const source = await openBrowserSource({ baseUrl, backend: 'wasm' });
      const stop = new AbortController();
      const drawing = reasonOf(source.generate({ caption: 'a flower', seed: 1, count: 64 }, stop.signal));
      stop.abort('enough');
      const next = await source.generate({ caption: 'a flower', seed: 1, count: 1 });
      const empty = await reasonOf(source.generate({ caption: ' ', seed: 1, count: 1 }));
      return { opening, drawing: await drawing, next: next.length, empty };
    });
    expect(ends).toMatchObject({ opening: 'not now', drawing: 'enough', next: 1 });
    expect(ends.empty).toMatch(/empty/);
    expect(trouble).toEqual([]);
  });
});
