import { createNoises, type TextToImageModel } from '@t2i/core';
import { MockEncoder } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { drawRows, rowsToGenerate, rowsToInterpolate } from './draw.ts';

const encoder = new MockEncoder();
const signal = new AbortController().signal;

/** Draws one pixel of a row's first numbers, and counts the passes. */
function pixelModel(passes: number[] = [], onPass = () => {}): TextToImageModel {
  return {
    specificationVersion: 'v1',
    imageSize: 1,
    noiseDim: 3,
    embeddingDim: encoder.dim,
    async generate({ embeddings, noise }) {
      const [n] = embeddings.shape;
      passes.push(n);
      onPass();
      return { data: noise.map(Math.tanh), shape: [n, 1, 1, 3] };
    },
    dispose() {},
  };
}

const model = pixelModel();

describe('rows', () => {
  const noises = createNoises(3);

  it('of a caption have the noises of the seed, and the caption as encoders take it', async () => {
    const { embeddings, noise } = await rowsToGenerate(
      { model, encoder },
      { caption: ' A  Rose\n', seed: 7, count: 2 },
    );
    const { data } = await encoder.encode(['a rose']);
    expect(embeddings).toEqual({ data: Float32Array.of(...data, ...data), shape: [2, encoder.dim] });
    expect(noise).toEqual(Float32Array.of(...noises(7, [0]), ...noises(7, [1])));
  });

  it('near an image begin with it', async () => {
    const request = { caption: 'a rose', seed: 7, count: 2, like: [3, 1] };
    const { noise } = await rowsToGenerate({ model, encoder }, request);
    expect(noise).toEqual(Float32Array.of(...noises(7, [3, 1]), ...noises(7, [3, 1, 1])));
  });

  it('of a walk go from one caption to the other, with one noise', async () => {
    const request = { from: 'a rose', to: 'a tulip', seed: 7, steps: 3 };
    const { embeddings, noise } = await rowsToInterpolate({ model, encoder }, request);
    const { data } = await encoder.encode(['a rose', 'a tulip']);
    const { dim } = encoder;
    expect(embeddings.shape).toEqual([3, dim]);
    expect(embeddings.data.subarray(0, dim)).toEqual(data.subarray(0, dim));
    expect(embeddings.data.subarray(2 * dim)).toEqual(data.subarray(dim));
    expect(noise).toEqual(Float32Array.of(...noises(7, [0]), ...noises(7, [0]), ...noises(7, [0])));
  });
});

describe('drawRows', () => {
  const rows = (count: number) => rowsToGenerate({ model, encoder }, { caption: 'a rose', seed: 1, count });

  it('draws all in passes of eight, in order', async () => {
    const passes: number[] = [];
    const images = await drawRows(pixelModel(passes), await rows(19), signal);
    expect(passes).toEqual([8, 8, 3]);
    const noises = createNoises(3);
    images.forEach(({ data }, i) => {
      expect([...data]).toEqual([...noises(1, [i])].map((value) => Math.round((Math.tanh(value) + 1) * 127.5)));
    });
  });

  it('stops between passes when nobody wants the images any more', async () => {
    const passes: number[] = [];
    const stop = new AbortController();
    const drawing = drawRows(
      pixelModel(passes, () => stop.abort('enough')),
      await rows(19),
      stop.signal,
    );
    await expect(drawing).rejects.toBe('enough');
    expect(passes).toEqual([8]);
  });
});
