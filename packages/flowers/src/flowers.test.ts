import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { selectBackend } from '@t2i/backend';
import { CheckpointError, type ImageBatch, toRgbImages } from '@t2i/core';
import { maxDifference, withTemporaryDirectory } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { modelDirectory } from './node.ts';
import { openFlowers } from './open-flowers.ts';

const BACKENDS = ['native', 'wasm'] as const;
const request = {
  captions: ['this flower has white petals and a yellow centre', 'a bright red flower with pointed petals'],
  seed: 7,
};
/** For values in [-1, 1]: an eighth of a pixel step. Backends sum in different orders. */
const TOLERANCE = 0.001;

/** Only `native` can be missing: it needs a compiler. */
const hasNative = await selectBackend({ prefer: 'native' }).then(
  () => true,
  () => false,
);
let onCpu: ImageBatch;

async function generateOn(backend: (typeof BACKENDS)[number] | 'cpu'): Promise<ImageBatch> {
  await selectBackend({ prefer: backend });
  const before = tf.memory().numTensors;
  const flowers = await openFlowers();
  const images = await flowers.generate(request);
  expect(await flowers.deviation()).toBeLessThan(TOLERANCE);
  flowers.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return images;
}

const pixels = (images: ImageBatch) => toRgbImages(images).flatMap(({ data }) => [...data]);

beforeAll(async () => {
  onCpu = await generateOn('cpu');
}, 120_000);

describe('the flower model', () => {
  it.each(BACKENDS.filter((backend) => backend !== 'native' || hasNative))(
    'gives the same images on %s as on cpu',
    async (backend) => {
      const images = await generateOn(backend);
      expect(images.shape).toEqual([2, 64, 64, 3]);
      expect(maxDifference(images.data, onCpu.data)).toBeLessThan(TOLERANCE);
      expect(maxDifference(pixels(images), pixels(onCpu))).toBeLessThanOrEqual(1);
    },
  );

  it('follows the caption: a red flower is redder than a white one in the middle of the image', () => {
    expect(rednessOf(onCpu, 1) - rednessOf(onCpu, 0)).toBeGreaterThan(0.4);
  });

  it('has at most 20 MB, a licence and a model card', async () => {
    const names = await readdir(modelDirectory);
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(modelDirectory, name))).size));
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(20e6);
    const manifest = JSON.parse(await readFile(join(modelDirectory, 'model.json'), 'utf8'));
    expect(manifest).toMatchObject({ precision: 'float16', license: 'Apache-2.0', facts: { dataset: 'oxford-102' } });
    const card = await readFile(join(modelDirectory, 'README.md'), 'utf8');
    for (const heading of ['Metrics', 'Training', 'Data', 'Limits', 'Licence']) expect(card).toContain(`## ${heading}`);
  });

  it.each([
    ['missing', async () => {}, /Cannot read .*generator\.safetensors/],
    [
      'truncated',
      copyThen((path) => truncate(path, 1e6)),
      /generator\.safetensors is not what was published: .* 1000000 came/,
    ],
    ['damaged', copyThen(changeByte), /generator\.safetensors is not what was published: .* other ones/],
  ])('refuses %s weights', (_, harm, message) =>
    withTemporaryDirectory(async (directory) => {
      for (const name of ['model.json', 'encoder.safetensors']) {
        await writeFile(join(directory, name), await readFile(join(modelDirectory, name)));
      }
      await harm(join(directory, 'generator.safetensors'));
      const opened = openFlowers({ from: pathToFileURL(directory) });
      await expect(opened).rejects.toThrow(CheckpointError);
      await expect(opened).rejects.toThrow(message);
    }),
  );
});

/** How much more red than green and blue the middle of an image is, in [-2, 2]. */
function rednessOf({ data, shape: [, height, width] }: ImageBatch, image: number): number {
  let sum = 0;
  for (let y = height / 4; y < (3 * height) / 4; y++) {
    for (let x = width / 4; x < (3 * width) / 4; x++) {
      const at = ((image * height + y) * width + x) * 3;
      sum += data[at]! - (data[at + 1]! + data[at + 2]!) / 2;
    }
  }
  return sum / ((height / 2) * (width / 2));
}

function copyThen(harm: (path: string) => Promise<void>) {
  return async (path: string) => {
    await writeFile(path, await readFile(join(modelDirectory, 'generator.safetensors')));
    await harm(path);
  };
}

async function changeByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length - 2]! ^= 1;
  await writeFile(path, bytes);
}
