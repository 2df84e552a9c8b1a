import { readFileSync } from 'node:fs';
import type { Logger, StateDict } from '@t2i/core';
import { CheckpointError, ConfigError, float32Tensor } from '@t2i/core';
import { readSafetensors, writeSafetensors } from '@t2i/formats';
import { expectAllClose } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { BagOfWords } from './bag-of-words.ts';

interface Golden {
  fittedOn: string[];
  encoded: string[];
  maxWords: number;
  minCount: number;
  vocabulary: string[];
  idf: number[];
  embeddings: number[][];
}

const golden = JSON.parse(readFileSync(new URL('./__fixtures__/tfidf.json', import.meta.url), 'utf8')) as Golden;
const fitGolden = (options = {}) => BagOfWords.fit(golden.fittedOn, { ...golden, ...options });

function warnings(): { logger: Logger; messages: string[] } {
  const messages: string[] = [];
  return { logger: { info() {}, warn: (message) => messages.push(message) }, messages };
}

describe('BagOfWords', () => {
  it('gives the vocabulary, weights and embeddings of the numpy implementation', async () => {
    const encoder = fitGolden();
    expect(encoder.vocabulary).toEqual(golden.vocabulary);
    expectAllClose(encoder.toState().tensors.idf!.data, golden.idf);
    const { data, shape } = await encoder.encode(golden.encoded);
    expect(shape).toEqual([golden.encoded.length, golden.vocabulary.length]);
    expectAllClose(data, golden.embeddings.flat());
  });

  it('gives every caption with a known word a mean square of one', async () => {
    const { data } = await fitGolden().encode(['pink petals', 'yellow']);
    const dim = golden.vocabulary.length;
    for (const row of [data.subarray(0, dim), data.subarray(dim)]) {
      expect(row.reduce((sum, x) => sum + x * x, 0) / dim).toBeCloseTo(1, 5);
    }
  });

  it('refuses an empty caption, in fit and in encode', async () => {
    expect(() => BagOfWords.fit(['a flower', ''])).toThrow(ConfigError);
    await expect(fitGolden().encode(['pink', '  \n'])).rejects.toThrow('Caption 2 of 2 is empty.');
  });

  it('gives zeros for a caption without a known word and says so once', async () => {
    const { logger, messages } = warnings();
    const { data } = await fitGolden({ logger }).encode(['🌸🌼', 'pink', 'quantum chromodynamics']);
    const dim = golden.vocabulary.length;
    expect(data.subarray(0, dim).every((x) => x === 0)).toBe(true);
    expect(data.subarray(dim, 2 * dim).some((x) => x !== 0)).toBe(true);
    expect(data.subarray(2 * dim).every((x) => x === 0)).toBe(true);
    expect(messages).toEqual([
      '2 of 3 captions have no word that the encoder knows ("🌸🌼"): their embedding is zero.',
    ]);
  });

  it('takes captions of 10,000 characters and ignores emoji between words', async () => {
    const encoder = fitGolden();
    const long = 'pink yellow '.repeat(834);
    const { data } = await encoder.encode([long, 'yellow pink', '🌸 pink 🌼 yellow']);
    const dim = encoder.dim;
    expect(long.length).toBeGreaterThan(10_000);
    expectAllClose(data.subarray(0, dim), data.subarray(dim, 2 * dim));
    expect(data.subarray(2 * dim)).toEqual(data.subarray(dim, 2 * dim));
  });

  it('encodes no captions as an empty batch', async () => {
    expect((await fitGolden().encode([])).shape).toEqual([0, golden.vocabulary.length]);
  });

  it.each([{ maxWords: 0 }, { minCount: 1.5 }, { minCount: 6 }])('refuses to fit with %o', (options) => {
    expect(() => fitGolden(options)).toThrow(ConfigError);
  });

  it('refuses captions without any word to fit on', () => {
    expect(() => BagOfWords.fit(['🌸', '...'])).toThrow(ConfigError);
  });
});

describe('the state of a BagOfWords', () => {
  it('comes back from safetensors bytes with the same id and the same embeddings', async () => {
    const encoder = fitGolden();
    const restored = BagOfWords.fromState(readSafetensors(writeSafetensors(encoder.toState())));
    expect(restored.id).toBe(encoder.id);
    expect(restored.settings).toEqual(encoder.settings);
    expect(await restored.encode(golden.encoded)).toEqual(await encoder.encode(golden.encoded));
  });

  it('has an id that changes with a word and with a weight', () => {
    const ids = [
      fitGolden(),
      fitGolden({ maxWords: 8 }),
      BagOfWords.fit([...golden.fittedOn, 'yellow'], golden),
      BagOfWords.fit(
        golden.fittedOn.map((caption) => caption.replaceAll('pink', 'teal')),
        golden,
      ),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toMatch(/^bag-of-words-9-[0-9a-f]{16}$/);
  });

  const { tensors, metadata } = fitGolden().toState();
  const damaged: Record<string, StateDict> = {
    'no vocabulary': { tensors, metadata: { settings: '{}' } },
    'vocabulary not JSON': { tensors, metadata: { ...metadata, vocabulary: '["a"' } },
    'vocabulary of numbers': { tensors, metadata: { ...metadata, vocabulary: '[1,2,3,4,5,6,7,8,9]' } },
    'a word too few': { tensors, metadata: { ...metadata, vocabulary: '["a"]' } },
    'no weights': { tensors: {}, metadata },
    'weights not finite': { tensors: { idf: float32Tensor([9], new Float32Array(9).fill(Number.NaN)) }, metadata },
  };
  it.each(Object.entries(damaged))('is refused with %s', (_, state) => {
    expect(() => BagOfWords.fromState(state)).toThrow(CheckpointError);
  });
});
