/** A program for browsers as somebody might write it, built by Vite and run in Chromium by `tests/e2e/flowers.test.ts`. */

import '@tensorflow/tfjs-backend-webgl';
import { toRgbImages } from '@t2i/core';
import { openFlowers } from '@t2i/flowers';
import * as tf from '@tensorflow/tfjs-core';

async function draw(caption: string, seed: number): Promise<number[]> {
  await tf.setBackend('webgl');
  const flowers = await openFlowers();
  const [image] = toRgbImages(await flowers.generate({ captions: [caption], seed }));
  return [...image!.data];
}

Object.assign(globalThis, { draw });
