/** The model inside a real browser, from static files: the same pictures as in Node on every engine. */

import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
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
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, skipWithoutChromium } from '../support/browser.ts';
import { type StaticServer, serveFolder } from '../support/static-server.ts';
import { ROOT, succeed } from './command.ts';

/** WebGPU in software too. */
const FLAGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
const CAPTION = 'a pink flower';
const SEED = 7;

let folder: string;
let site: StaticServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** What pages asked for or complained of that they should not. */
let trouble: string[];

/** Random weights, loud enough that sentences matter. */
async function randomEncoder(): Promise<CharCnnRnn> {
  const sizes = { channels: [24, 32], cnnDim: 32, rnn: 'relu8', dim: 40 } as const;
  const config = { ...sizes, normalise: 'none', characters: 'forgiving' } as const;
  const network = new CharCnnRnnNetwork(config, new Rng(3));
  const tensors: Record<string, NamedTensor> = {};
  for (const [name, variable] of Object.entries(network.variables)) {
    const values = (await variable.data()) as Float32Array;
    tensors[name] = float32Tensor(
      variable.shape,
      values.map((value) => 4 * value),
    );
  }
  network.dispose();
  return CharCnnRnn.fromWeights(config, tensors, null);
}

/** A few wild steps: no flower, but a picture with colours and edges. */
async function trainToy(runDirectory: string, encoder: string): Promise<void> {
  const config = parseRunConfig({
    data: { kind: 'toy-flowers', images: 200 },
    encoder: { kind: 'saved', directory: encoder },
    model: { imageSize: 32, generatorFilters: 8, discriminatorFilters: 4, projectedDim: 16, emaHalfLife: 4 },
    batches: { batchSize: 4 },
    trainer: { maxSteps: 8, learningRate: 0.05, logEvery: 8 },
    preview: { captions: [CAPTION], seen: 0, unseen: 0, columns: 1 },
  });
  await trainRun(config, { runDirectory });
}

beforeAll(async () => {
  if (skipWithoutChromium) return;
  folder = await mkdtemp(join(tmpdir(), 't2i-in-browser-'));
  const [encoder, run, built] = ['encoder', 'run', 'page'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await selectBackend({ prefer: 'wasm' });
  await saveEncoder(encoder, await randomEncoder());
  await trainToy(run, encoder);
  await succeed('npx', ['vite', 'build', '--outDir', built, '--logLevel', 'warn'], join(ROOT, 'packages/web'));
  await exportRun({ runDirectory: run, outDirectory: join(folder, 'site'), page: built });
  site = await serveFolder(join(folder, 'site'));
  browser = await launchChromium(FLAGS);
});
afterAll(async () => {
  await browser?.close();
  site?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** A fresh visitor: an empty store of files. */
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
  await page.goto(`${site.url}model/model.json`); // of the site, without the page's own doings
  site.requests.length = 0;
}
afterEach(() => context?.close());

interface Drawn {
  readonly engine: string;
  readonly progress: readonly { readonly loaded: number; readonly total: number }[];
  /** PNG files. */
  readonly pictures: readonly (readonly number[])[];
}

/** Opens the source in the page, as it was built for visitors, and draws two pictures and a walk of three. */
async function drawInPage(engine: 'wasm' | 'webgl' | 'webgpu' | undefined): Promise<Drawn> {
  const chunk = (await readdir(join(folder, 'site/assets'))).find((name) => name.startsWith('open-browser-source'));
  return page.evaluate(
    async ({ chunk, engine, caption, seed }) => {
      const { openBrowserSource } = await import(chunk);
      const progress: { loaded: number; total: number }[] = [];
      const source = await openBrowserSource({
        baseUrl: new URL('/model/', location.href).href,
        engine,
        onProgress: (step: { loaded: number; total: number }) => progress.push(step),
      });
      const drawn = [
        ...(await source.generate({ caption: ` ${caption.toUpperCase()}\n`, seed, count: 2 })),
        ...(await source.interpolate({ from: caption, to: 'a white daisy', seed, steps: 3 })),
      ];
      const bytes = async ({ url }: { url: string }) => [...new Uint8Array(await (await fetch(url)).arrayBuffer())];
      const pictures = await Promise.all(drawn.map(bytes));
      source.dispose();
      return { engine: source.engine, progress, pictures };
    },
    { chunk: `/assets/${chunk}`, engine, caption: CAPTION, seed: SEED },
  );
}

/** The same pictures drawn here, from the same files. */
async function drawInNode(): Promise<Uint8Array[]> {
  const pipeline = await TextToImagePipeline.open(join(folder, 'site/model'));
  const pictures = [
    ...toRgbImages(await pipeline.generate({ captions: [CAPTION], seed: SEED, perCaption: 2 })),
    ...toRgbImages(await pipeline.interpolateSentences(CAPTION, 'a white daisy', { seed: SEED, steps: 3 })),
  ];
  pipeline.dispose();
  return pictures.map(({ data }) => data);
}

const pixelsOf = async (png: readonly number[]) => (await decodeImage(Uint8Array.from(png))).data;

describe.skipIf(skipWithoutChromium)('the model in the browser', () => {
  it.each([
    ['wasm', 'WebAssembly'],
    ['webgl', 'WebGL'],
    ['webgpu', 'WebGPU'],
  ] as const)('draws on %s what Node draws, within a step of a pixel', async (engine, name) => {
    await visit();
    const drawn = await drawInPage(engine);
    expect(drawn.engine).toBe(name);
    const expected = await drawInNode();
    const pixels = await Promise.all(drawn.pictures.map(pixelsOf));
    expect(pixels).toHaveLength(5);
    pixels.forEach((picture, i) => {
      expect(maxDifference(picture, expected[i]!), `picture ${i}`).toBeLessThanOrEqual(1);
    });
    // the pictures could tell: they have contrast, and differ from each other
    expect(Math.max(...expected[0]!) - Math.min(...expected[0]!)).toBeGreaterThan(50);
    for (const other of [1, 4]) expect(maxDifference(expected[0]!, expected[other]!)).toBeGreaterThan(20);
    expect(trouble).toEqual([]);
  });

  it('downloads the weights once, tells how far they have come, and uses no program in place of a graphics card', async () => {
    await visit();
    const first = await drawInPage(undefined);
    expect(first.engine).toBe('WebAssembly');
    const [begin, end] = [first.progress[0]!, first.progress.at(-1)!];
    expect([begin.loaded, end.loaded]).toEqual([0, end.total]);
    const weights = () => site.requests.filter((path) => path.endsWith('.safetensors'));
    expect(weights()).toHaveLength(2);
    await page.reload();
    const second = await drawInPage(undefined);
    expect(weights()).toHaveLength(2);
    expect(second.progress.at(-1)).toEqual(end);
    expect(second.pictures).toEqual(first.pictures);
    expect(trouble).toEqual([]);
  });

  it('draws nothing from a damaged model, and says why', async () => {
    const path = join(folder, 'site/model/generator.safetensors');
    const whole = await readFile(path);
    try {
      await truncate(path, 5000);
      await visit();
      await expect(drawInPage('wasm')).rejects.toThrow(/generator\.safetensors is not what was published: .*5000 came/);
    } finally {
      await writeFile(path, whole);
    }
  });

  it('gives up what is not wanted any more', async () => {
    await visit();
    const chunk = (await readdir(join(folder, 'site/assets'))).find((name) => name.startsWith('open-browser-source'));
    const ends = await page.evaluate(async (path) => {
      const { openBrowserSource } = await import(path);
      const baseUrl = new URL('/model/', location.href).href;
      const reasonOf = (work: Promise<unknown>) => work.catch((reason: unknown) => String(reason));
      const opening = await reasonOf(openBrowserSource({ baseUrl, signal: AbortSignal.abort('not now') }));
      const source = await openBrowserSource({ baseUrl, engine: 'wasm' });
      const stop = new AbortController();
      const drawing = reasonOf(source.generate({ caption: 'a flower', seed: 1, count: 64 }, stop.signal));
      stop.abort('enough');
      const next = await source.generate({ caption: 'a flower', seed: 1, count: 1 });
      const empty = await reasonOf(source.generate({ caption: ' ', seed: 1, count: 1 }));
      return { opening, drawing: await drawing, next: next.length, empty };
    }, `/assets/${chunk}`);
    expect(ends).toMatchObject({ opening: 'not now', drawing: 'enough', next: 1 });
    expect(ends.empty).toMatch(/empty/);
    expect(trouble).toEqual([]);
  });

  it('works as a page of static files', async () => {
    await visit();
    trouble = [];
    await page.goto(site.url);
    await page.getByRole('img').first().waitFor();
    const size = await page
      .getByRole('img')
      .first()
      .evaluate((picture: HTMLImageElement) => picture.naturalWidth);
    expect(size).toBe(32);
  });
});
