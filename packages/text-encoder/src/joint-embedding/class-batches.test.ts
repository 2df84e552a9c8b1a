import {
  type CaptionEncoder,
  CheckpointError,
  ConfigError,
  DatasetError,
  type ImageFeatures,
  Rng,
  type TextImageDataset,
} from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { ClassBatches, type ClassBatchesOptions, dropWords } from './class-batches.ts';

const CLASSES = 6;
const SIZE = 30; // five images of each class; classes 4 and 5 are the test split

const dataset: TextImageDataset = {
  name: 'thirty',
  fingerprint: 'f',
  size: SIZE,
  storedSize: 8,
  classNames: Array.from({ length: CLASSES }, (_, k) => `${k}`),
  labels: Int32Array.from({ length: SIZE }, (_, i) => i % CLASSES),
  splits: {
    train: Int32Array.from({ length: SIZE }, (_, i) => i).filter((i) => i % CLASSES < 3),
    val: Int32Array.from({ length: SIZE }, (_, i) => i).filter((i) => i % CLASSES === 3),
    test: Int32Array.from({ length: SIZE }, (_, i) => i).filter((i) => i % CLASSES > 3),
  },
  captions: (item) => Array.from({ length: 4 }, (_, j) => `caption ${j} of ${item}`),
  readImages: async () => new Uint8Array(),
  close: async () => {},
};

/** The features of an item in a view are [item, number of the view]. */
const features: ImageFeatures = {
  encoderId: 'e',
  datasetFingerprint: 'f',
  dim: 2,
  size: SIZE,
  views: ['whole', 'left', 'right'],
  read: async (items, view) =>
    Float32Array.from(items.flatMap((item) => [item, ['whole', 'left', 'right'].indexOf(view)])),
};

const source = (options: Partial<ClassBatchesOptions> = {}) =>
  new ClassBatches({ dataset, features, batchSize: 3, rng: new Rng(1), ...options });

async function draw(batches: ClassBatches, count: number) {
  const rows: { item: number; view: number; owner: number; caption: number }[][] = [];
  for (let i = 0; i < count; i++) {
    const { features: found, captions } = await batches.next();
    rows.push(
      captions.map((text, row) => {
        const [caption, owner] = /caption (\d) of (\d+)/.exec(text)!.slice(1).map(Number);
        return { item: found.data[2 * row]!, view: found.data[2 * row + 1]!, owner: owner!, caption: caption! };
      }),
    );
  }
  return rows;
}

describe('ClassBatches', () => {
  it('gives an image, a view and a caption of the same image for distinct classes of the training splits', async () => {
    const batches = source();
    expect(batches).toMatchObject({ batchSize: 3, batchesPerEpoch: 4 });
    const drawn = await draw(batches, 200);
    for (const rows of drawn) {
      expect(new Set(rows.map(({ item }) => item % CLASSES)).size).toBe(3);
      for (const { item, owner } of rows) {
        expect(owner).toBe(item);
        expect(item % CLASSES).toBeLessThan(4);
      }
    }
    const all = drawn.flat();
    expect(new Set(all.map(({ item }) => item)).size).toBe(20);
    expect(new Set(all.map(({ view }) => view)).size).toBe(3);
    expect(new Set(all.map(({ caption }) => caption)).size).toBe(4);
  });

  it('keeps to the splits, views and captions it is given', async () => {
    const options = { splits: ['train'], views: ['left'], captionsPerImage: 2 } as const;
    const rows = (await draw(source(options), 60)).flat();
    expect(rows.every(({ item, view, caption }) => item % CLASSES < 3 && view === 1 && caption < 2)).toBe(true);
  });

  it('draws as many captions of each image as are averaged', async () => {
    const { features: found, captions } = await source({ numCaptions: 2 }).next();
    const owners = captions.map((text) => Number(/of (\d+)/.exec(text)![1]));
    expect(owners).toEqual([0, 0, 2, 2, 4, 4].map((at) => found.data[at]));
    const pairs = await source({ numCaptions: 2 }).next();
    expect(pairs.captions).toEqual(captions);
  });

  it('brings the embeddings of its captions by a teacher', async () => {
    const dim = features.dim;
    const lengths = (captions: readonly string[]) => captions.flatMap((text) => Array<number>(dim).fill(text.length));
    const teacher: CaptionEncoder = {
      id: 'lengths',
      dim,
      encode: async (captions) => ({ data: Float32Array.from(lengths(captions)), shape: [captions.length, dim] }),
    };
    const { captions, taught } = await source({ teacher, numCaptions: 2 }).next();
    expect(taught).toEqual({ data: Float32Array.from(lengths(captions)), shape: [6, dim] });
    expect(() => source({ teacher: { ...teacher, dim: dim + 1 } })).toThrow(/The teacher gives/);
  });

  it('brings edits of its captions, names of its own classes, and captions said otherwise', async () => {
    const told: TextImageDataset = {
      ...dataset,
      classNames: ['aster', 'begonia', 'crocus', 'daisy', 'unseen', 'unseen'],
      captions: (item) => [`this flower has red petals, of ${item}`, 'a flower'],
    };
    const options = { edits: true, reworded: true, names: 0.5, variation: { beginning: 0.5 }, numCaptions: 3 };
    const batches = source({ dataset: told, ...options });
    const drawn = await Promise.all(Array.from({ length: 100 }, () => batches.next()));
    const captions = drawn.flatMap((batch) => batch.captions);
    for (const batch of drawn) {
      const { texts, of } = batch.edited!;
      expect(texts).toHaveLength(of.length);
      of.forEach((place, i) => {
        expect(texts[i]).not.toBe(batch.captions[place]);
      });
      const first = batch.captions.flatMap((caption, place) => (place % 3 < 2 ? [{ caption, place }] : []));
      expect(of).toEqual(
        first.flatMap(({ caption, place }) => (/\b(?:red|has|with|is)\b/.test(caption) ? [place] : [])),
      );
      expect(batch.read).toHaveLength(first.length);
    }
    expect(captions.some((caption) => caption.startsWith('red petals'))).toBe(true);
    expect(drawn.some(({ read }) => read!.some((text) => text.includes('blue')))).toBe(true);
    expect(captions.some((caption) => caption.includes('aster'))).toBe(true);
    expect(captions.some((caption) => caption.includes('unseen'))).toBe(false);
    const plain = await source().next();
    expect([plain.edited, plain.read]).toEqual([undefined, undefined]);
  });

  it('draws the same stream with the options at nothing as without them', async () => {
    const none = { names: 0, variation: { typos: 0, crop: 0 } };
    expect(await source(none).next()).toEqual(await source().next());
  });

  it('continues from its state, and refuses that of other data', async () => {
    const [whole, resumed] = [source({ wordDropout: 0.3 }), source({ wordDropout: 0.3 })];
    await whole.next();
    resumed.load(JSON.parse(JSON.stringify(whole.state())));
    expect(await resumed.next()).toEqual(await whole.next());
    expect(() => resumed.load({ dataset: 'g', position: [1, 2, 3, 4] })).toThrow(CheckpointError);
    expect(() => resumed.load(null)).toThrow(CheckpointError);
  });

  it.each<[string, Partial<ClassBatchesOptions>]>([
    ['more classes than there are', { batchSize: 5 }],
    ['a batch of one', { batchSize: 1 }],
    ['an unknown view', { views: ['whole', 'top'] }],
    ['no view', { views: [] }],
    ['no caption', { captionsPerImage: 0 }],
    ['half a caption', { numCaptions: 0.5 }],
    ['all words dropped', { wordDropout: 1 }],
    ['more names than captions', { names: 1.1 }],
    ['a variation that is no chance', { variation: { crop: -1 } }],
  ])('refuses %s', (_, options) => {
    expect(() => source(options)).toThrow(ConfigError);
  });

  it('refuses the features of other data', () => {
    expect(() => source({ features: { ...features, datasetFingerprint: 'g' } })).toThrow(DatasetError);
  });
});

it('dropWords leaves out words at the chance given, and never all', () => {
  const rng = new Rng(2);
  const words = Array.from({ length: 2000 }, (_, i) => `w${i}`);
  const kept = dropWords(words.join(' '), 0.25, rng).split(' ');
  expect(kept.length / words.length).toBeCloseTo(0.75, 1);
  expect(kept).toEqual(words.filter((word) => kept.includes(word)));
  for (let i = 0; i < 20; i++) expect(dropWords('a b', 0.99, rng)).toMatch(/^(a|b|a b)$/);
});

describe('shared by ranks', () => {
  const varied = { batchSize: 4, numCaptions: 2, wordDropout: 0.2, edits: true, reworded: true } as const;
  const ranksOf = (size: number, change: Partial<ClassBatchesOptions> = {}) =>
    Array.from({ length: size }, (_, rank) => source({ ...varied, ...change, ranks: { rank, size } }));
  /** The next batches of all ranks, put together again. */
  const together = async (ranks: readonly ClassBatches[], count: number) => {
    const batches = [];
    for (let i = 0; i < count; i++) {
      const shares = await Promise.all(ranks.map((rank) => rank.next()));
      batches.push({
        features: shares.flatMap((share) => [...share.features.data]),
        captions: shares.flatMap((share) => share.captions),
        edited: shares.flatMap(({ captions, edited: { texts, of } = { texts: [], of: [] } }) =>
          texts.map((text, i) => [captions[of[i]!], text]),
        ),
        read: shares.flatMap((share) => share.read!),
      });
    }
    return batches;
  };

  it.each([2, 4])('gives %i ranks together the batches of one', async (size) => {
    expect(await together(ranksOf(size), 5)).toEqual(await together(ranksOf(1), 5));
    expect((await ranksOf(size)[0]!.next()).features.shape).toEqual([4 / size, 2]);
  });

  it('continues with another number of ranks, from the state of any rank', async () => {
    const [one, two, four] = [ranksOf(1), ranksOf(2), ranksOf(4, { rng: new Rng(9) })];
    await together(one, 3);
    await together(two, 3);
    for (const rank of four) rank.load(two[1]!.state());
    expect(await together(four, 3)).toEqual(await together(one, 3));
  });

  it('refuses a batch that ranks cannot share equally', () => {
    expect(() => source({ batchSize: 3, ranks: { rank: 0, size: 2 } })).toThrow(ConfigError);
  });
});
