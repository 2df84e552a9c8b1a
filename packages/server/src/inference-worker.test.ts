import { ConfigError, EmbeddingDimensionError, type ImageBatch, Rng } from '@t2i/core';
import { MockEncoder, MockModel } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { createInferenceWorker } from './inference-worker.ts';
import { isSameInEveryPlace, smallestEqualPass } from './smallest-equal-pass.ts';
import { mockWorker } from './test-support.ts';

const request = { caption: 'a red flower', seed: 7, index: 0 };
const pixelsOf = (results: readonly unknown[]) => results.map((result) => [...(result as { data: Uint8Array }).data]);

/** Rounds differently in passes of fewer than three rows, as backends do. Records the sizes of its passes. */
class UnevenModel extends MockModel {
  readonly passes: number[] = [];
  override async generate(input: Parameters<MockModel['generate']>[0]): Promise<ImageBatch> {
    const [rows] = input.embeddings.shape;
    this.passes.push(rows);
    const { data, shape } = await super.generate(input);
    return { data: rows < 3 ? data.map((value) => value + 1e-6) : data, shape };
  }
}

/** Rounds rows at odd positions differently, like a backend that processes two rows at once. */
class UnevenPlaces extends MockModel {
  override async generate(input: Parameters<MockModel['generate']>[0]): Promise<ImageBatch> {
    const { data, shape } = await super.generate(input);
    const size = shape[1] * shape[2] * 3;
    return { data: data.map((value, i) => (Math.floor(i / size) % 2 === 1 ? value + 1e-6 : value)), shape };
  }
}

/** Rounds differently when it encodes several captions together. */
class UnevenEncoder extends MockEncoder {
  override async encode(captions: readonly string[]) {
    const { data, shape } = await super.encode(captions);
    return { data: captions.length > 1 ? data.map((value) => value + 0.1) : data, shape };
  }
}

describe('createInferenceWorker', () => {
  it('generates the model’s image for the embedding and the noise of the seed', async () => {
    const [model, encoder] = [new MockModel(), new MockEncoder()];
    const worker = await createInferenceWorker({ model, encoder, revision: 'r1' });
    const noise = new Rng(7).normal(3 * model.noiseDim).subarray(2 * model.noiseDim);
    const embeddings = await encoder.encode([request.caption]);
    const { data } = await model.generate({ embeddings, noise });
    const [image] = await worker.generate([{ ...request, index: 2 }]);
    expect(image).toMatchObject({ width: 8, height: 8 });
    expect(pixelsOf([image])[0]![0]).toBe(Math.round((data[0]! + 1) * 127.5));
  });

  it('gives a request the same pixels, whatever else is in the pass', async () => {
    const worker = await mockWorker();
    const other = { caption: 'a blue flower', seed: 8, index: 3 };
    const [alone] = pixelsOf(await worker.generate([request]));
    const [, among] = pixelsOf(await worker.generate([other, request, { ...request, index: 1 }]));
    expect(among).toEqual(alone);
  });

  it('interpolates between two captions and keeps the ends', async () => {
    const worker = await mockWorker();
    const between = (share: number) => ({ ...request, towards: { caption: 'a blue flower', share } });
    const [from, begin, middle, end, to] = pixelsOf(
      await worker.generate([request, between(0), between(0.5), between(1), { ...request, caption: 'a blue flower' }]),
    );
    expect([begin, end]).toEqual([from, to]);
    expect(middle).not.toEqual(from);
    expect(middle).not.toEqual(to);
  });

  it('rejects only the requests whose caption the encoder rejects', async () => {
    class Picky extends MockEncoder {
      override encode(captions: readonly string[]) {
        if (captions.some((caption) => caption.includes('xyzzy'))) throw new ConfigError('Unknown word: xyzzy.');
        return super.encode(captions);
      }
    }
    const worker = await mockWorker({ encoder: new Picky() });
    const bad = { ...request, caption: 'xyzzy' };
    const results = await worker.generate([
      request,
      bad,
      { ...request, towards: { caption: 'xyzzy', share: 0.5 } },
      request,
    ]);
    expect(results.slice(1, 3)).toEqual([{ rejected: 'Unknown word: xyzzy.' }, { rejected: 'Unknown word: xyzzy.' }]);
    expect(pixelsOf([results[0]])).toEqual(pixelsOf([results[3]]));
    expect(await worker.generate([bad])).toEqual([{ rejected: 'Unknown word: xyzzy.' }]);
  });

  it('rejects an encoder of another length, and passes of no or too many images', async () => {
    await expect(mockWorker({ encoder: new MockEncoder(9) })).rejects.toThrow(EmbeddingDimensionError);
    const worker = await mockWorker({ maxRows: 2 });
    await expect(worker.generate([])).rejects.toThrow(/1 to 2 images/);
    await expect(worker.generate([request, request, request])).rejects.toThrow(/1 to 2 images/);
  });

  it('pads small passes if the backend rounds them differently', async () => {
    const model = new UnevenModel();
    expect(await smallestEqualPass(model, 8)).toBe(3);
    const worker = await mockWorker({ model, maxRows: 8 });
    expect(worker.info.passRows).toEqual({ min: 3, max: 8 });
    model.passes.length = 0;
    const [alone] = pixelsOf(await worker.generate([request]));
    const [among] = pixelsOf(await worker.generate(Array.from({ length: 5 }, () => request)));
    expect(model.passes).toEqual([3, 5]);
    expect(alone).toEqual(among);
  });
});

describe('under any load', () => {
  const captions = ['a red flower', 'a blue flower', 'a rose', 'a daisy'];
  const requests = captions.map((caption) => ({ ...request, caption }));

  it('captions are encoded alone, and only once while they are cached', async () => {
    const encoder = new UnevenEncoder();
    const worker = await mockWorker({ encoder });
    const alone = [];
    for (const one of requests) alone.push(...pixelsOf(await worker.generate([one])));
    const between = { ...request, towards: { caption: 'a rose', share: 1 } };
    expect(pixelsOf(await worker.generate([...requests, between]))).toEqual([...alone, alone[2]]);
    expect(encoder.encoded).toBe(4);
    expect(pixelsOf(await (await mockWorker({ encoder: new UnevenEncoder() })).generate(requests))).toEqual(alone);
  });

  it('the most recent captions are cached', async () => {
    const encoder = new MockEncoder();
    const worker = await mockWorker({ encoder });
    for (let i = 0; i < 1100; i++) await worker.generate([request, { ...request, caption: `flower ${i}` }]);
    await worker.generate([request, { ...request, caption: 'flower 1099' }]);
    expect(encoder.encoded).toBe(1101);
    await worker.generate([{ ...request, caption: 'flower 0' }]);
    expect(encoder.encoded).toBe(1102);
  });

  it('each image gets its own pass if its position in a pass changes it', async () => {
    const worker = await mockWorker({ model: new UnevenPlaces() });
    expect(worker.info.passRows).toEqual({ min: 1, max: 1 });
    expect(await isSameInEveryPlace(new MockModel(), 8)).toBe(true);
  });
});

it('smallestEqualPass is 1 if all sizes agree', async () => {
  expect(await smallestEqualPass(new MockModel(), 8)).toBe(1);
  expect(await smallestEqualPass(new MockModel(), 1)).toBe(1);
});
