/** Mock workers and servers for the tests. */

import type { Logger } from '@t2i/core';
import { MockEncoder, MockModel } from '@t2i/test-utils';
import { type AppOptions, createApp } from './app.ts';
import { createInferenceWorker, type InferenceWorker, type InferenceWorkerOptions } from './inference-worker.ts';
import { type ModelSource, ServedModel, type ServedModelOptions } from './served-model.ts';

export const MOCK_SIDE = 8;

export function mockWorker(options: Partial<InferenceWorkerOptions> = {}): Promise<InferenceWorker> {
  return createInferenceWorker({ model: new MockModel(), encoder: new MockEncoder(), revision: 'r1', ...options });
}

/** A worker whose passes wait until the test releases them, one at a time. */
export interface HeldWorker extends InferenceWorker {
  /** Sizes of all passes so far. */
  readonly passes: number[];
  readonly disposed: boolean;
  /** Finishes the oldest running pass. */
  release(): void;
  /** Fails the oldest running pass. */
  fail(error: Error): void;
}

export async function heldWorker(options: Partial<InferenceWorkerOptions> = {}): Promise<HeldWorker> {
  const worker = await mockWorker({ maxRows: 4, ...options });
  const passes: number[] = [];
  const gates: { resolve(): void; reject(error: Error): void }[] = [];
  let disposed = false;
  return {
    info: worker.info,
    passes,
    get disposed() {
      return disposed;
    },
    async generate(requests) {
      passes.push(requests.length);
      await new Promise<void>((resolve, reject) => gates.push({ resolve, reject }));
      return worker.generate(requests);
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
  return ServedModel.open({ name: 'mock', open: () => mockWorker(), ...source }, options);
}

/** An app that serves a mock model. Its random seeds count from 1000. */
export async function mockApp(options: Partial<AppOptions> = {}) {
  let seeds = 1000;
  return createApp({ models: [await mockServed()], freshSeed: () => seeds++, ...options });
}

/** A logger that records all messages. */
export function listLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const add = (message: string) => void lines.push(message);
  return { lines, info: add, warn: add };
}

/** Lets all pending callbacks run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
