/** A program for browsers as somebody might write it, built by Vite and run in Chromium by `tests/e2e/flowers.test.ts`. */

import '@tensorflow/tfjs-backend-webgl';
import { toRgbImages } from '@t2i/core';
import { openFlowers } from '@t2i/flowers';
import * as tf from '@tensorflow/tfjs-core';

async function draw(sentence: string, seed: number): Promise<number[]> {
  await tf.setBackend('webgl');
  const flowers = await openFlowers();
  const [picture] = toRgbImages(await flowers.generate({ captions: [sentence], seed }));
  return [...picture!.data];
}

Object.assign(globalThis, { draw });
