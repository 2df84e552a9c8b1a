/** Visits to a page in a browser, each in a profile of its own, that may leave no error behind and ask nobody else for anything. */

import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Images of the page, for people to look at after a test run. */
const PHOTOGRAPHS = join(tmpdir(), 't2i-page-photographs');
/** For machines that do much else at the same time; ms. */
const PATIENCE = 120_000;

export interface VisitOptions extends BrowserContextOptions {
  /** What has to be there before the page is. */
  readonly prepare?: (page: Page) => Promise<unknown>;
  /** Lines of the console that the test is about. */
  readonly expectedErrors?: RegExp;
}

export class Visits {
  readonly #browser: Browser;
  #contexts: BrowserContext[] = [];
  #problems: string[] = [];

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  async open(url: string, { prepare, expectedErrors, ...options }: VisitOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({ reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(PATIENCE);
    this.#contexts.push(context);
    const page = await context.newPage();
    await prepare?.(page);
    page.on('pageerror', (error) => this.#problems.push(String(error)));
    page.on('console', (message) => {
      const line = `${message.text()} ${message.location().url}`;
      if (['error', 'warning'].includes(message.type()) && !expectedErrors?.test(line)) this.#problems.push(line);
    });
    page.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol.startsWith('http') && host !== new URL(url).host) this.#problems.push(`asks ${request.url()}`);
    });
    await page.goto(url);
    return page;
  }

  async photograph(page: Page, name: string): Promise<void> {
    mkdirSync(PHOTOGRAPHS, { recursive: true });
    await page.screenshot({ path: join(PHOTOGRAPHS, `${name}.png`) });
  }

  /** Ends all visits of a test; fails when one of them left an error in the console, or asked another host. */
  async close(): Promise<void> {
    const [contexts, problems] = [this.#contexts, this.#problems];
    [this.#contexts, this.#problems] = [[], []];
    await Promise.all(contexts.map((context) => context.close()));
    expect(problems).toEqual([]);
  }
}

/** What axe-core finds wrong, as `rule: elements`. */
export async function axeViolations(page: Page): Promise<string[]> {
  // Not as a script of the page, which its content security policy would refuse.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  });
}
