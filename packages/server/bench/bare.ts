/** The bare generator, set up as in the server: a thread generates passes back to back, without HTTP and without encoding files. */

import type { ImageRequest } from '@t2i/core';
import { type InferenceWorker, openInferenceWorker } from '../src/index.ts';

export const CLI = new URL('../../cli/src/', import.meta.url);
export const CAPTIONS = [
  'a pink flower with yellow petals',
  'this flower is white',
  'round red petals',
  'a purple flower',
];
const AHEAD = 2; // passes handed to the worker at once, as the batcher does

export interface Slice {
  readonly images: number;
  readonly seconds: number;
  /** Of all processors, in all processes involved. */
  readonly cpuSeconds: number;
}

/** @param maxRows as in `t2i serve --max-batch` */
export function openBare(run: string, backend: string, maxRows: number): Promise<InferenceWorker> {
  return openInferenceWorker({ module: new URL('serve-worker.mjs', CLI), data: { run, backend, maxRows } });
}

/** One image after the other, or full passes. */
export async function generateFor(worker: InferenceWorker, seconds: number, clients: 'one' | 'many'): Promise<Slice> {
  const count = clients === 'one' ? 1 : worker.info.passRows.max;
  let seed = 0;
  const requests = (): ImageRequest[] =>
    Array.from({ length: count }, (_, i) => ({ caption: CAPTIONS[i % CAPTIONS.length]!, seed: seed++, index: 0 }));
  const began = performance.now();
  const cpu = process.cpuUsage();
  let images = 0;
  const work = async () => {
    for (; performance.now() < began + seconds * 1000; images += count) await worker.generate(requests());
  };
  await Promise.all(Array.from({ length: clients === 'one' ? 1 : AHEAD }, work));
  return { images, seconds: (performance.now() - began) / 1000, cpuSeconds: ownCpuSeconds(cpu) };
}

/** Of this process since `before`. */
export function ownCpuSeconds(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
