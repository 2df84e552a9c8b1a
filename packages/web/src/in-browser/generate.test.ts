import { type CaptionEncoder, seededNoise, type TextToImageModel, toByte } from '@t2i/core';
import { MockEncoder } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { generateOrder, requestsOf, unreadOf } from './generate.ts';

const encoder = new MockEncoder();
const signal = new AbortController().signal;
const order = { kind: 'generate', caption: ' A  Rose\n', seed: 7, count: 2 } as const;

/** Images of one pixel, which shows the noise; records the size of each call. */
function pixelModel(calls: number[] = [], onCall = () => {}): TextToImageModel {
  return {
    specificationVersion: 'v1',
    imageSize: 1,
    noiseDim: 3,
    embeddingDim: encoder.dim,
    maxImagesPerCall: 64,
    async generate({ embeddings, noise }) {
      const [n] = embeddings.shape;
      calls.push(n);
      onCall();
      return { data: noise.map(Math.tanh), shape: [n, 1, 1, 3] };
    },
    dispose() {},
  };
}

describe('requestsOf', () => {
  it('normalises the caption and counts the noise of the seed', () => {
    expect(requestsOf(order)).toEqual([
      { caption: 'a rose', seed: 7, index: 0 },
      { caption: 'a rose', seed: 7, index: 1 },
    ]);
  });

  it('stays near an image', () => {
    expect(requestsOf({ ...order, like: [3, 1] })[1]).toEqual({ caption: 'a rose', seed: 7, index: 1, like: [3, 1] });
  });

  it('walks from one caption to the other with one noise', () => {
    const walk = requestsOf({ kind: 'interpolate', from: 'A Rose', to: 'a  tulip', seed: 7, steps: 3 });
    const towards = (share: number) => ({ caption: 'a tulip', share });
    expect(walk).toEqual(
      [0, 0.5, 1].map((share) => ({ caption: 'a rose', towards: towards(share), seed: 7, index: 0 })),
    );
  });
});

describe('unreadOf', () => {
  const whole = { unknown: [] as string[], corrected: [], cut: '' };
  const reading = (read: () => object) => ({ ...encoder, read }) as unknown as CaptionEncoder;

  it.each([
    ['an unknown word', { ...whole, unknown: ['quantum'] }],
    ['a corrected word', { ...whole, corrected: [{ typed: 'pteals', as: 'petals' }] }],
    ['a caption that was cut', { ...whole, cut: 'and so on' }],
  ])('reports %s', (_, told) => {
    expect(
      unreadOf(
        reading(() => told),
        ' Quantum  ',
      ),
    ).toBe(told);
  });

  it('reports nothing if everything was read, or if the encoder cannot tell', () => {
    expect(
      unreadOf(
        reading(() => whole),
        'a rose',
      ),
    ).toBeUndefined();
    expect(unreadOf({ id: 'x', dim: 1, encode: (captions) => encoder.encode(captions) }, 'a rose')).toBeUndefined();
  });
});

describe('generateOrder', () => {
  const many = { ...order, count: 19 };

  it('generates all images in calls of eight, in order', async () => {
    const calls: number[] = [];
    const images = await generateOrder({ model: pixelModel(calls), encoder }, many, signal);
    expect(calls).toEqual([8, 8, 3]);
    const { noiseDim } = pixelModel();
    const noise = seededNoise(7, 19, noiseDim);
    images.forEach(({ data }, i) => {
      const expected = noise.subarray(i * noiseDim, (i + 1) * noiseDim);
      expect([...data]).toEqual([...expected].map((value) => toByte(Math.tanh(value))));
    });
  });

  it('stops between calls when it is aborted', async () => {
    const calls: number[] = [];
    const stop = new AbortController();
    const model = pixelModel(calls, () => stop.abort('enough'));
    await expect(generateOrder({ model, encoder }, many, stop.signal)).rejects.toBe('enough');
    expect(calls).toEqual([8]);
  });

  it('does not start when an abort is waiting', async () => {
    const calls: number[] = [];
    const stop = new AbortController();
    setTimeout(() => stop.abort('enough'));
    await expect(generateOrder({ model: pixelModel(calls), encoder }, many, stop.signal)).rejects.toBe('enough');
    expect(calls).toEqual([]);
  });
});
