/** The page in a real browser: everything that a visitor does with it. */

import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, skipWithoutChromium } from '../support/browser.ts';
import { axeViolations, Visits } from '../support/visits.ts';
import { EPOCHS, type PageServer, startPageServer } from './page-server.ts';

let server: PageServer;
let browser: Browser;
let visits: Visits;

const visit = (search = '', options: Parameters<Visits['open']>[1] = {}) =>
  visits.open(`${server.url}/${search}`, options);
const images = (page: Page) => page.locator('.grid[aria-busy="false"] img');
const sources = (page: Page) => images(page).evaluateAll((images) => images.map((image) => image.getAttribute('src')));
const search = (page: Page) => new URL(page.url()).searchParams;

/** Waits until images of these words, and of this seed if given, are shown. */
async function drawn(page: Page, words: string, seed?: number | string): Promise<void> {
  const announced = `8 images of ${words} are ready, seed ${seed ?? search(page).get('seed')}`;
  await page.getByRole('status').filter({ hasText: announced }).waitFor({ state: 'attached' });
  expect(await images(page).count()).toBe(8);
}

describe.skipIf(skipWithoutChromium)('the page', () => {
  beforeAll(async () => {
    browser = await launchChromium();
    visits = new Visits(browser);
    server = await startPageServer();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  afterEach(() => visits.close());

  it('generates images for the first caption by itself, and shows the seed', async () => {
    const page = await visit();
    expect(await page.getByLabel('Your caption').inputValue()).toBe('pink flower with yellow petals');
    await page.waitForURL(/seed=\d/);
    await drawn(page, 'pink flower with yellow petals');
    expect(await page.getByLabel('Seed').inputValue()).toBe(search(page).get('seed'));
    // each a grey of its own, of which the mock model has 256: two of a fresh seed may be the same
    expect(new Set(await sources(page)).size).toBeGreaterThan(3);
    expect(await page.title()).toMatch(/^pink flower with yellow petals/);
  });

  it('is small: backends are not loaded until they are used', async () => {
    const page = await visit('?text=a&seed=7');
    await drawn(page, 'a', 7);
    const loaded = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name, decodedBodySize }: PerformanceEntry & { decodedBodySize?: number }) => ({
          name,
          decodedBodySize,
        }))
        .filter(({ name }) => name.includes('/assets/')),
    );
    expect(loaded.map(({ name }) => name.replace(/.*\/(\w+)-.*\./, '$1.')).sort()).toEqual(['index.css', 'index.js']);
    expect(loaded.reduce((sum, { decodedBodySize = Infinity }) => sum + decodedBodySize, 0)).toBeLessThan(70_000);
  });

  it('generates images for typed captions with GO and with Enter, each with a new seed', async () => {
    const page = await visit('?text=a&seed=7');
    await drawn(page, 'a', 7);
    await page.getByLabel('Your caption').fill('a blue flower');
    await page.getByRole('button', { name: 'GO' }).click();
    await page.waitForURL(/blue/);
    await drawn(page, 'a blue flower');
    const [seed, before] = [search(page).get('seed'), await sources(page)];
    expect(seed).not.toBe('7');
    await page.getByLabel('Your caption').fill('a white flower');
    await page.getByLabel('Your caption').press('Enter');
    await page.waitForURL(/white/);
    await drawn(page, 'a white flower');
    expect(search(page).get('seed')).not.toBe(seed);
    expect(await sources(page)).not.toEqual(before);
  });

  it('keeps the noise while the seed is locked, and accepts a typed seed', async () => {
    const page = await visit('?text=a+red+flower&seed=7');
    await drawn(page, 'a red flower', 7);
    await page.getByRole('button', { name: 'Lock' }).click();
    await page.getByLabel('Your caption').fill('a blue flower');
    await page.getByRole('button', { name: 'GO' }).click();
    await drawn(page, 'a blue flower', 7);
    await page.getByRole('button', { name: 'Locked' }).click();
    await page.getByLabel('Seed').fill('42');
    await page.getByLabel('Seed').press('Enter');
    await drawn(page, 'a blue flower', 42);
    expect(await page.getByRole('button', { name: 'Locked' }).getAttribute('aria-pressed')).toBe('true');
    await page.getByLabel('Seed').fill('many');
    await page.getByLabel('Seed').press('Enter');
    expect(await page.getByLabel('Seed').inputValue()).toBe('42');
  });

  it('generates variations of an image, and goes back', async () => {
    const page = await visit('?text=a&seed=7');
    await drawn(page, 'a', 7);
    const first = await sources(page);
    await page.getByRole('button', { name: 'More like no. 3' }).click();
    await page.getByText('no. 3 › 8').waitFor();
    await drawn(page, 'a', 7);
    const near = await sources(page);
    expect([near[0], near[1] === first[1]]).toEqual([first[2], false]);
    expect(search(page).get('like')).toBe('2');
    await page.goBack();
    await page.getByText('no. 3 › 8').waitFor({ state: 'detached' });
    await drawn(page, 'a', 7);
    expect(await sources(page)).toEqual(first);
  });

  it('shows the same images to everybody who opens the link', async () => {
    const page = await visit('?text=a+red+flower&seed=7&like=2.4&model=tulips', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await drawn(page, 'a red flower', 7);
    await page.getByRole('button', { name: 'Share a link' }).click();
    await page.getByText('Link copied').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const other = await visits.open(link);
    await drawn(other, 'a red flower', 7);
    expect(await sources(other)).toEqual(await sources(page));
    expect(await other.getByLabel('Model').inputValue()).toBe('tulips');
  });

  it('enlarges an image, moves to the next, and saves it as a file', async () => {
    const page = await visit('?text=A+red,+red+flower&seed=7');
    await drawn(page, 'A red, red flower', 7);
    await page.getByRole('button', { name: 'Enlarge no. 8' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('no. 8').waitFor();
    await page.keyboard.press('ArrowRight');
    await dialog.getByText('no. 1').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByText('Download').click()]);
    expect(download.suggestedFilename()).toBe('a-red-red-flower-seed-7-1.png');
    expect((await readFile(await download.path())).subarray(1, 4).toString()).toBe('PNG');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Enlarge no. 8');
  });

  it('interpolates between two captions', async () => {
    const page = await visit('?view=between&text=a+red+flower&to=a+blue+flower&seed=7&at=0');
    const slider = page.getByRole('slider');
    const shown = page.locator('.screen img:not([hidden])');
    await shown.waitFor();
    // The server's strip is cut where its images are: the ends are those of the captions.
    expect(await colourOf(page, '.screen img:not([hidden])')).toEqual(await colourOfText(page, 'a red flower'));
    await slider.press('End');
    expect(await slider.getAttribute('aria-valuetext')).toBe('100 % of the way');
    expect(await colourOf(page, '.screen img:not([hidden])')).toEqual(await colourOfText(page, 'a blue flower'));
    expect(search(page).get('at')).toBe('1');
    await slider.press('PageDown');
    expect(Number(await slider.inputValue())).toBeLessThan(16);
    await page.getByLabel('to this one').fill('a white flower');
    await page.getByLabel('to this one').press('Enter');
    await page.waitForURL(/white/);
    await page
      .getByRole('status')
      .filter({ hasText: 'from a red flower to a white flower are ready' })
      .waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Play' }).click();
    await page.waitForFunction(
      (value) => document.querySelector<HTMLInputElement>('[type=range]')!.value !== value,
      await slider.inputValue(),
    );
    await page.getByRole('button', { name: 'Pause' }).click();
  });

  it('shows the epochs of a training', async () => {
    const page = await visit();
    await page.getByRole('tab', { name: 'How it learned' }).click();
    const sheet = (epoch: number) => page.getByAltText(`Samples after epoch ${epoch}:`);
    await sheet(5).waitFor();
    const slider = page.getByRole('slider', { name: 'Epoch' });
    await slider.press('Home');
    await sheet(0).waitFor();
    expect(search(page).get('epoch')).toBe('0');
    await slider.press('ArrowRight');
    expect(await sheet(1).evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))).toBe(
      320,
    );
    await page.getByRole('button', { name: 'Play' }).click();
    await sheet(EPOCHS.at(-1)!).waitFor();
    await page.waitForURL(/epoch=5/);
    await page.getByRole('button', { name: 'Play' }).waitFor();
    await page.getByLabel('Model').selectOption('tulips');
    await page.getByText('This model has no training samples').waitFor();
  });

  it('recovers by itself when the server goes away and returns', async () => {
    const page = await visit('?text=a&seed=7', { expectedErrors: /ERR_CONNECTION_REFUSED/ });
    await drawn(page, 'a', 7);
    await server.stop();
    await page.getByLabel('Your caption').fill('a blue flower');
    await page.getByRole('button', { name: 'GO' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('The server does not respond.').waitFor();
    await alert.getByText(/Trying again/).waitFor();
    expect(await page.locator('.grid img').count()).toBe(8); // the images stay
    await server.restart();
    await alert.getByText('The server does not respond.').waitFor({ state: 'detached' });
    await drawn(page, 'a blue flower');
  });

  it('reports a missing model, and generates images with an existing one', async () => {
    const page = await visit('?text=a&seed=7&model=daisies', { expectedErrors: /404/ });
    await page.getByRole('alert').getByText('Unknown model').waitFor();
    await page.getByLabel('Model').selectOption('tulips');
    await drawn(page, 'a', 7);
    expect([search(page).get('model'), await page.getByRole('alert').textContent()]).toEqual(['tulips', '']);
  });

  it('recognises speech where the browser supports it', async () => {
    const page = await visit('?text=a&seed=7', { prepare: (page) => page.addInitScript(pretendSpeech) });
    await drawn(page, 'a', 7);
    await page.getByRole('button', { name: 'Say the caption' }).click();
    await page.waitForURL(/spoken/);
    await drawn(page, 'a spoken flower');
    const deaf = await visit('', { prepare: (page) => page.addInitScript(forgetSpeech) });
    await deaf.getByLabel('Your caption').waitFor();
    expect(await deaf.getByRole('button', { name: 'Say the caption' }).count()).toBe(0);
  });

  it('works with the keyboard alone', async () => {
    const page = await visit('?text=a&seed=7');
    await drawn(page, 'a', 7);
    await page.keyboard.press('Tab'); // share
    await page.keyboard.press('Tab'); // light or dark
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('tab-generate');
    await page.keyboard.press('ArrowRight');
    await page.getByLabel('to this one').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('tab-between');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Tab');
    await page.keyboard.type('x');
    await page.keyboard.press('Enter');
    await page.waitForURL(/text=(ax|xa|x)&/);
    await drawn(page, search(page).get('text')!);
  });

  it('follows the colour scheme of the system until the visitor chooses one', async () => {
    const background = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const page = await visit('', { colorScheme: 'dark' });
    const dark = await background(page);
    await page.getByRole('button', { name: 'Switch to light' }).click();
    const light = await background(page);
    expect(light).not.toBe(dark);
    await page.reload();
    await page.getByRole('button', { name: 'Switch to dark' }).waitFor();
    expect(await background(page)).toBe(light);
    expect(await background(await visit('', { colorScheme: 'light' }))).toBe(light);
  });

  const views = {
    generate: '?text=a&seed=7&like=1',
    between: '?view=between&text=a&to=b&seed=7',
    training: '?view=training',
  };
  const screens = {
    desktop: { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
    phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, colorScheme: 'dark' },
  } as const;
  it.each(Object.entries(views))('is accessible and fits: %s', async (name, address) => {
    for (const [screen, options] of Object.entries(screens)) {
      const page = await visit(address, options);
      await page.locator('.screen img:not([hidden]), .grid img').first().waitFor();
      await visits.photograph(page, `${name}-${screen}`);
      expect(await axeViolations(page)).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    }
  });

  it('has an accessible dialog and accessible error messages', async () => {
    const page = await visit('?text=a&seed=7');
    await drawn(page, 'a', 7);
    await page.getByRole('button', { name: 'Enlarge no. 1' }).click();
    await visits.photograph(page, 'dialog');
    expect(await axeViolations(page)).toEqual([]);
    const bad = await visit('?text=a&seed=7&model=daisies', { expectedErrors: /404/, colorScheme: 'dark' });
    await bad.getByRole('alert').getByText('Unknown model').waitFor();
    await visits.photograph(bad, 'bad-news');
    expect(await axeViolations(bad)).toEqual([]);
  });
});

/** The colour of the middle of an image of one colour, which is what the mock model generates. */
function colourOf(page: Page, selector: string): Promise<number[]> {
  return page.locator(selector).evaluate(async (image: HTMLImageElement) => {
    await image.decode();
    const context = new OffscreenCanvas(1, 1).getContext('2d')!;
    context.drawImage(image, 4, 4, 1, 1, 0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  });
}

function colourOfText(page: Page, text: string): Promise<number[]> {
  return page.evaluate(
    async (path) => {
      const image = await createImageBitmap(await (await fetch(path)).blob());
      const context = new OffscreenCanvas(1, 1).getContext('2d')!;
      context.drawImage(image, 4, 4, 1, 1, 0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data];
    },
    `/text/${encodeURIComponent(text)}?seed=7`,
  );
}

/** In the browser, before the page: hears "a spoken flower". */
function pretendSpeech(): void {
  class Heard {
    onresult?: (event: unknown) => void;
    onend?: () => void;
    start() {
      const result = Object.assign([{ transcript: 'a spoken flower' }], { isFinal: true });
      setTimeout(() => {
        this.onresult?.({ results: [result] });
        this.onend?.();
      });
    }
    abort() {}
  }
  Object.assign(globalThis, { SpeechRecognition: Heard });
}

function forgetSpeech(): void {
  Object.assign(globalThis, { SpeechRecognition: undefined, webkitSpeechRecognition: undefined });
}
