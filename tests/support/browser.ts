/** Debian's Chromium, driven headless, for the tests of pages. */

import { execFileSync } from 'node:child_process';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** WebGL and WebGPU in software; nothing that Chromium itself would fetch. */
const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

/** Path of an installed Chromium, or undefined. */
export const chromiumPath: string | undefined = NAMES.map(pathOf).find((path) => path !== '');

/** Tests that need a browser are skipped by name where there is none; continuous integration must have one. */
export const skipWithoutChromium = chromiumPath === undefined && process.env.CI !== 'true';

export function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  if (chromiumPath === undefined) {
    throw new Error('These tests need Chromium, and none is installed: apt-get install -y chromium');
  }
  return chromium.launch({ executablePath: chromiumPath, args: [...FLAGS, ...flags] });
}

function pathOf(name: string): string {
  try {
    return execFileSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
