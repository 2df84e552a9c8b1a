import { CheckpointError, ConfigError, type Mismatch, Rng, type TextImageDataset, type TrainBatch } from '@t2i/core';
import { MockEncoder } from '@t2i/test-utils';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { InMemoryDataset } from './in-memory-dataset.ts';
import type { BatchSourceOptions } from './loader.ts';
import { createBatchSource } from './loader.ts';

/** Three classes of four items; all pixels of item i are 20·i. */
function dataset(name = 'twelve'): InMemoryDataset {
  const items = Array.from({ length: 12 }, (_, i) => i);
  return new InMemoryDataset({
    name,
    storedSize: 5,
    classNames: ['a', 'b', 'c'],
    labels: Int32Array.from(items, (i) => Math.floor(i / 4)),
    splits: { train: Int32Array.from(items), val: Int32Array.of(), test: Int32Array.of() },
    captions: items.map((i) => ['first', 'second', 'third'].map((word) => `${word} of ${name} ${i}`)),
    images: Uint8Array.from({ length: 12 * 75 }, (_, k) => 20 * Math.floor(k / 75) + (k % 5)),
  });
}

function source(change: Partial<BatchSourceOptions> = {}) {
  return createBatchSource({
    dataset: dataset(),
    encoder: new MockEncoder(6),
    batchSize: 4,
    imageSize: 4,
    mismatch: 'text',
    rng: new Rng(1),
    ...change,
  });
}

async function take(batches: { next(): Promise<TrainBatch> }, count: number): Promise<TrainBatch[]> {
  const taken: TrainBatch[] = [];
  for (let i = 0; i < count; i++) taken.push(await batches.next());
  return taken;
}

const itemOf = (pixels: Float32Array, row: number) => Math.floor(Math.round((pixels[row * 48]! + 1) * 127.5) / 20);

describe('createBatchSource', () => {
  it('gives images with the embeddings of their own captions, and wrong ones of another class', async () => {
    const encoder = new MockEncoder(6);
    const data = dataset();
    const known = new Map<string, number>();
    for (let item = 0; item < 12; item++) {
      const { data: rows } = await encoder.encode(data.captions(item));
      for (let c = 0; c < 3; c++) known.set(String(rows.slice(c * 6, c * 6 + 6)), item);
    }
    for (const batch of await take(source({ encoder, batchSize: 8 }), 20)) {
      expect(batch.images.shape).toEqual([8, 4, 4, 3]);
      expect(batch.wrongImages).toBeUndefined();
      for (let row = 0; row < 8; row++) {
        const item = itemOf(batch.images.data, row);
        expect(known.get(String(batch.embeddings.data.slice(row * 6, row * 6 + 6)))).toBe(item);
        const wrong = known.get(String(batch.wrongEmbeddings!.data.slice(row * 6, row * 6 + 6)))!;
        expect(Math.floor(wrong / 4)).not.toBe(Math.floor(item / 4));
      }
    }
  });

  it('gives wrong images for mismatch "image", neither for "none", and the same right pairs for all', async () => {
    const kinds: Mismatch[] = ['text', 'image', 'none'];
    const batches = await Promise.all(kinds.map(async (mismatch) => (await take(source({ mismatch }), 5)).at(-1)!));
    const [text, image, none] = batches as [TrainBatch, TrainBatch, TrainBatch];
    expect([image.wrongEmbeddings, none.wrongEmbeddings, none.wrongImages]).toEqual([undefined, undefined, undefined]);
    for (const other of [image, none]) {
      expect(other.images).toEqual(text.images);
      expect(other.embeddings).toEqual(text.embeddings);
    }
    for (let row = 0; row < 4; row++) {
      const [right, wrong] = [itemOf(image.images.data, row), itemOf(image.wrongImages!.data, row)];
      expect(Math.floor(right / 4)).not.toBe(Math.floor(wrong / 4));
    }
  });

  it('averages the embeddings of numCaptions captions', async () => {
    const encoder = new MockEncoder(6);
    const asked: string[] = [];
    const listening = {
      id: encoder.id,
      dim: 6,
      encode: (captions: readonly string[]) => {
        asked.push(...captions);
        return encoder.encode(captions);
      },
    };
    const [batch] = await take(source({ encoder: listening, numCaptions: 3, prefetch: 0 }), 1);
    expect(asked).toHaveLength(2 * 4 * 3);
    const { data } = await encoder.encode(asked);
    const mean = (row: number, k: number) =>
      (data[row * 18 + k]! + data[row * 18 + 6 + k]! + data[row * 18 + 12 + k]!) / 3;
    for (let row = 0; row < 4; row++) {
      for (let k = 0; k < 6; k++) {
        expect(batch!.embeddings.data[row * 6 + k]).toBeCloseTo(mean(row, k), 5);
        expect(batch!.wrongEmbeddings!.data[row * 6 + k]).toBeCloseTo(mean(row + 4, k), 5);
      }
    }
  });

  it('counts an epoch as ceil(items / batchSize) batches', () => {
    expect(source({ batchSize: 4 }).batchesPerEpoch).toBe(3);
    expect(source({ batchSize: 5 }).batchesPerEpoch).toBe(3);
    expect(source({ batchSize: 64 }).batchesPerEpoch).toBe(1);
  });

  it('without augmentation cuts the centre, in [-1, 1]', async () => {
    const [batch] = await take(source({ augment: false, imageSize: 3 }), 1);
    const item = Math.floor(Math.round((batch!.images.data[0]! + 1) * 127.5) / 20);
    // the centre crop begins at pixel (1, 1), byte (5 + 1)·3
    expect(batch!.images.data[0]).toBeCloseTo((20 * item + ((item * 75 + 18) % 5)) / 127.5 - 1, 5);
  });

  it('is decided by its seed', async () => {
    const [one, same, other] = await Promise.all([1, 1, 2].map((seed) => take(source({ rng: new Rng(seed) }), 3)));
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('does not depend on how far it prepares ahead', async () => {
    const [none, five] = await Promise.all([0, 5].map((prefetch) => take(source({ prefetch }), 8)));
    expect(five).toEqual(none);
  });

  it('prepares batches while the step runs', async () => {
    const encoder = new MockEncoder(6);
    const batches = source({ encoder, prefetch: 3 });
    await batches.next();
    await new Promise(setImmediate);
    expect(encoder.encoded).toBe(4 * 8);
    await batches.close();
  });

  it('interrupted anywhere and loaded into a new source, continues identically', async () => {
    const property = fc.asyncProperty(
      fc.record({
        seed: fc.integer(),
        before: fc.nat(6),
        prefetch: fc.nat(3),
        prefetchAfter: fc.nat(3),
        usedBefore: fc.nat(2),
        mismatch: fc.constantFrom<Mismatch>('text', 'image', 'none'),
        sampling: fc.constantFrom('class-uniform' as const, 'image-uniform' as const),
        numCaptions: fc.integer({ min: 1, max: 3 }),
      }),
      async ({ seed, before, prefetch, prefetchAfter, usedBefore, ...options }) => {
        const first = source({ ...options, prefetch, rng: new Rng(seed) });
        await take(first, before);
        const state = JSON.parse(JSON.stringify(first.state()));
        const second = source({ ...options, prefetch: prefetchAfter, rng: new Rng(seed + 1) });
        await take(second, usedBefore);
        second.load(state);
        expect(second.state()).toEqual(state);
        expect(await take(second, 3)).toEqual(await take(first, 3));
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  describe.each(['text', 'image', 'none'] as const)('shared by ranks, mismatch %s', (mismatch) => {
    const ranksOf = (size: number, change: Partial<BatchSourceOptions> = {}) =>
      Array.from({ length: size }, (_, rank) => source({ mismatch, ...change, ranks: { rank, size } }));
    /** The batches of all ranks, put together again. */
    const together = async (ranks: readonly { next(): Promise<TrainBatch> }[], count: number) => {
      const shares = await Promise.all(ranks.map((rank) => take(rank, count)));
      const members = ['images', 'embeddings', 'wrongEmbeddings', 'wrongImages'] as const;
      return Array.from({ length: count }, (_, i) =>
        Object.fromEntries(
          members.map((member) => [member, shares.flatMap((share) => [...(share[i]![member]?.data ?? [])])]),
        ),
      );
    };

    it.each([2, 4])('gives %i ranks together the batches of one', async (size) => {
      const ranks = ranksOf(size);
      expect((await ranks[0]!.next()).images.shape).toEqual([4 / size, 4, 4, 3]);
      expect(ranks.map(({ batchSize, batchesPerEpoch }) => [batchSize, batchesPerEpoch])).toEqual(
        Array(size).fill([4, 3]),
      );
      expect(await together(ranksOf(size), 6)).toEqual(await together(ranksOf(1), 6));
    });

    it('continues with another number of ranks, from the state of any rank', async () => {
      const whole = ranksOf(1);
      await together(whole, 3);
      const expected = await together(whole, 3);
      const two = ranksOf(2);
      await together(two, 3);
      const four = ranksOf(4, { rng: new Rng(9) });
      for (const rank of four) rank.load(two[1]!.state());
      expect(await together(four, 3)).toEqual(expected);
    });
  });

  it('reads the images and captions of its rank only', async () => {
    const [data, encoder] = [dataset(), new MockEncoder(6)];
    const [read, encode] = [vi.spyOn(data, 'readImages'), vi.spyOn(encoder, 'encode')];
    await take(source({ dataset: data, encoder, ranks: { rank: 1, size: 4 }, prefetch: 0 }), 5);
    expect(read.mock.calls.map(([items]) => items.length)).toEqual(Array(5).fill(1));
    expect(encode.mock.calls.map(([captions]) => captions.length)).toEqual(Array(5).fill(2)); // a right and a wrong one
  });

  it('refuses a batch that ranks cannot share equally', () => {
    expect(() => source({ batchSize: 6, ranks: { rank: 0, size: 4 } })).toThrow(ConfigError);
  });

  it('refuses a position in other data, and a value that is not a position', () => {
    const state = source().state();
    expect(() => source({ dataset: dataset('other') }).load(state)).toThrow(CheckpointError);
    for (const damaged of [null, 3, {}, { dataset: 'x' }])
      expect(() => source().load(damaged)).toThrow(CheckpointError);
  });

  it('reports a failure in next() and does not skip the batch', async () => {
    const data = dataset();
    let reads = 0;
    const flaky: TextImageDataset = Object.assign(Object.create(data), {
      captions: (item: number) => data.captions(item),
      readImages: (items: readonly number[]) =>
        ++reads === 3 ? Promise.reject(new Error('disk gone')) : data.readImages(items),
    });
    const expected = await take(source(), 5);
    const batches = source({ dataset: flaky });
    expect(await take(batches, 2)).toEqual(expected.slice(0, 2));
    const position = batches.state();
    await expect(batches.next()).rejects.toThrow('disk gone');
    expect(batches.state()).toEqual(position);
    expect(await take(batches, 3)).toEqual(expected.slice(2));
  });

  it('waits for reads in flight when closed', async () => {
    const data = dataset();
    let open = 0;
    const counting: TextImageDataset = Object.assign(Object.create(data), {
      captions: (item: number) => data.captions(item),
      readImages: async (items: readonly number[]) => {
        open += 1;
        await new Promise(setImmediate);
        open -= 1;
        return data.readImages(items);
      },
    });
    const batches = source({ dataset: counting });
    await batches.next();
    expect(open).toBe(2);
    await batches.close();
    expect(open).toBe(0);
    await expect(batches.next()).rejects.toThrow(/after close/);
  });

  it.each([{ batchSize: 0 }, { imageSize: 6 }, { prefetch: -1 }])('refuses %o', (change) => {
    expect(() => source(change)).toThrow(ConfigError);
  });
});
