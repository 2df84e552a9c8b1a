/** A served mock model, for the tests. */

import type { Logger } from '@t2i/core';
import { MockEncoder, MockModel } from '@t2i/test-utils';
import { type AppOptions, createApp } from './app.ts';
import { createPainter, type Painter, type PainterOptions } from './painter.ts';
import { type ModelSource, ServedModel, type ServedModelOptions } from './served-model.ts';

export const MOCK_SIDE = 8;

export function mockPainter(options: Partial<PainterOptions> = {}): Promise<Painter> {
  return createPainter({ model: new MockModel(), encoder: new MockEncoder(), revision: 'r1', ...options });
}

/** A painter that waits until the test lets it paint, one pass at a time. */
export interface HeldPainter extends Painter {
  /** Sizes of the passes so far. */
  readonly passes: number[];
  readonly disposed: boolean;
  /** Lets the oldest pass under way finish. */
  release(): void;
  /** Lets the oldest pass under way fail. */
  fail(error: Error): void;
}

export async function heldPainter(options: Partial<PainterOptions> = {}): Promise<HeldPainter> {
  const painter = await mockPainter({ maxRows: 4, ...options });
  const passes: number[] = [];
  const gates: { resolve(): void; reject(error: Error): void }[] = [];
  let disposed = false;
  return {
    facts: painter.facts,
    passes,
    get disposed() {
      return disposed;
    },
    async paint(cells) {
      passes.push(cells.length);
      await new Promise<void>((resolve, reject) => gates.push({ resolve, reject }));
      return painter.paint(cells);
    },
    release: () => gates.shift()!.resolve(),
    fail: (error) => gates.shift()!.reject(error),
    dispose() {
      disposed = true;
    },
  };
}

export async function mockServed(
  source: Partial<ModelSource> = {},
  options: ServedModelOptions = { maxWait: 0 },
): Promise<ServedModel> {
  return ServedModel.open({ name: 'mock', open: () => mockPainter(), ...source }, options);
}

/** An app that serves a mock model, its fresh seeds counting from 1000. */
export async function mockApp(options: Partial<AppOptions> = {}) {
  let seeds = 1000;
  return createApp({ models: [await mockServed()], freshSeed: () => seeds++, ...options });
}

/** Everything that was logged. */
export function listLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const add = (message: string) => void lines.push(message);
  return { lines, info: add, warn: add };
}

/** Lets everything that is ready to run, run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
