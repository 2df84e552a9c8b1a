import { describe, expect, it } from 'vitest';
import type { GenerateInput, TextToImageModel } from '../model.ts';
import { Rng } from '../rng.ts';
import { generateFromCaptions } from './generate-from-captions.ts';
import { assertCall, captionNoiseGrid, generateBatches, generateImages } from './generate-images.ts';
import { interpolationRequests } from './image-request.ts';

/** Images of one pixel: the noise, the first number of the embedding, and the sum of both. Records the size of each call. */
class PixelModel implements TextToImageModel {
  readonly specificationVersion = 'v1';
  readonly imageSize = 1;
  readonly noiseDim = 1;
  readonly embeddingDim = 2;
  readonly maxImagesPerCall = 4;
  readonly calls: number[] = [];

  async generate(input: GenerateInput) {
    assertCall(this, input);
    const [n, dim] = input.embeddings.shape;
    this.calls.push(n);
    const pixels = Array.from({ length: n }, (_, row) => {
      const [z, phi] = [input.noise[row]!, input.embeddings.data[row * dim]!];
      return [z, phi, z + phi];
    });
    return { data: Float32Array.from(pixels.flat()), shape: [n, 1, 1, 3] as const };
  }

  dispose() {}
}

/** The length of a caption and 1. */
const encoder = {
  id: 'length',
  dim: 2,
  encode: async (captions: readonly string[]) => ({
    data: Float32Array.from(captions.flatMap(({ length }) => [length, 1])),
    shape: [captions.length, 2] as const,
  }),
};

function inputOf(rows: number): GenerateInput {
  const rng = new Rng(rows);
  return { embeddings: { data: rng.normal(2 * rows), shape: [rows, 2] }, noise: rng.normal(rows) };
}

describe('generateImages', () => {
  it('splits the input into calls that the model accepts, in order', async () => {
    const model = new PixelModel();
    const input = inputOf(10);
    const { data, shape } = await generateImages(model, input);
    expect(model.calls).toEqual([4, 4, 2]);
    expect(shape).toEqual([10, 1, 1, 3]);
    expect([...data].filter((_, i) => i % 3 === 0)).toEqual([...input.noise]);
    expect([...data].filter((_, i) => i % 3 === 1)).toEqual([...input.embeddings.data].filter((_, i) => i % 2 === 0));
  });

  it('makes smaller calls on request, and never larger ones', async () => {
    const model = new PixelModel();
    const smaller = await generateImages(model, inputOf(5), { maxImagesPerCall: 2 });
    const larger = await generateImages(model, inputOf(5), { maxImagesPerCall: 100 });
    expect(model.calls).toEqual([2, 2, 1, 4, 1]);
    expect(smaller).toEqual(larger);
  });

  it('returns an empty batch for no rows', async () => {
    const model = new PixelModel();
    expect(await generateImages(model, inputOf(0))).toEqual({ data: new Float32Array(), shape: [0, 1, 1, 3] });
    expect(model.calls).toEqual([]);
  });

  it('rejects embeddings of another length before the first call', async () => {
    const model = new PixelModel();
    const embeddings = { data: new Float32Array(6), shape: [1, 6] as const };
    await expect(generateImages(model, { embeddings, noise: new Float32Array(1) })).rejects.toMatchObject({
      name: 'EmbeddingDimensionError',
      code: 'ERR_EMBEDDING_DIMENSION',
      message: 'Embeddings are 6-dimensional; the model expects 2.',
    });
    await expect(generateImages(model, { ...inputOf(2), noise: new Float32Array(3) })).rejects.toThrow('noise');
    expect(model.calls).toEqual([]);
  });

  it('rejects a model that returns another number of images', async () => {
    const model = new PixelModel();
    model.generate = async () => ({ data: new Float32Array(3), shape: [1, 1, 1, 3] });
    await expect(generateImages(model, inputOf(2))).rejects.toThrow('1 images for 2 embeddings');
  });
});

describe('generateBatches', () => {
  it('yields a batch per call and stops between two calls when it is aborted', async () => {
    const model = new PixelModel();
    const stop = new AbortController();
    const sizes: number[] = [];
    const work = async () => {
      for await (const { shape } of generateBatches(model, inputOf(10), { signal: stop.signal })) {
        sizes.push(shape[0]);
        if (sizes.length === 2) stop.abort('enough');
      }
    };
    await expect(work()).rejects.toBe('enough');
    expect(sizes).toEqual([4, 4]);
    expect(model.calls).toEqual([4, 4]);
  });
});

it('assertCall rejects a call that is too large', () => {
  expect(() => assertCall(new PixelModel(), inputOf(4))).not.toThrow();
  expect(() => assertCall(new PixelModel(), inputOf(5))).toThrow('at most 4 images, not 5');
});

it('captionNoiseGrid pairs every caption with every noise', () => {
  const embeddings = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] as const };
  expect(captionNoiseGrid(embeddings, Float32Array.of(7, 8, 9), 1)).toEqual({
    embeddings: { data: Float32Array.of(1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4), shape: [6, 2] },
    noise: Float32Array.of(7, 8, 9, 7, 8, 9),
  });
  expect(() => captionNoiseGrid(embeddings, Float32Array.of(7, 8, 9), 2)).toThrow('whole rows');
});

describe('generateFromCaptions', () => {
  const model = new PixelModel();
  const request = { model, encoder, seed: 7 };

  it('generates a row per caption and a column per noise; an image does not depend on the others', async () => {
    const { data, shape } = await generateFromCaptions({ ...request, captions: ['ab', 'abc'], perCaption: 3 });
    expect(shape).toEqual([6, 1, 1, 3]);
    const image = (i: number) => data.subarray(i * 3, (i + 1) * 3);
    expect([0, 3].map((i) => image(i)[0])).toEqual(Array(2).fill(new Rng(7).normal(1)[0]));
    expect([0, 1, 2, 3, 4, 5].map((i) => image(i)[1])).toEqual([2, 2, 2, 3, 3, 3]);
    const alone = await generateFromCaptions({ ...request, captions: ['abc'] });
    expect(alone.data).toEqual(image(3));
    expect(image(4)).not.toEqual(image(3));
    const other = await generateFromCaptions({ ...request, captions: ['abc'], seed: 8 });
    expect(other.data).not.toEqual(alone.data);
  });

  it('gives each caption its own row where captions repeat', async () => {
    const { data } = await generateFromCaptions({ ...request, captions: ['a', 'abc', 'a'] });
    expect([1, 4, 7].map((i) => data[i])).toEqual([1, 3, 1]);
  });

  it('rejects an encoder of another length', async () => {
    const wider = { ...encoder, dim: 9 };
    await expect(generateFromCaptions({ ...request, encoder: wider, captions: ['x'] })).rejects.toThrow(
      'Embeddings are 9-dimensional; the model expects 2.',
    );
  });
});

it('interpolationRequests needs at least 2 steps', () => {
  expect(interpolationRequests({ from: 'a', to: 'b', seed: 1, steps: 2 })).toHaveLength(2);
  expect(() => interpolationRequests({ from: 'a', to: 'b', seed: 1, steps: 1 })).toThrow('at least 2');
});
