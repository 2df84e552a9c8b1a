import type { CaptionEncoder } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { CompletedEncoder, completeCaption, USUAL_BEGINNINGS, withCompletion } from './completed-encoder.ts';

const completion = { prefix: 'this flower has petals that are', unless: USUAL_BEGINNINGS };

it.each([
  ['red flower', 'this flower has petals that are red flower'],
  ['  Pink petals', 'this flower has petals that are Pink petals'],
  ['“blue” rose', 'this flower has petals that are “blue” rose'],
  ['this is a red flower', 'this is a red flower'],
  ['A red flower', 'A red flower'],
  ['5 petals', 'this flower has petals that are 5 petals'],
  ['apricot petals', 'this flower has petals that are apricot petals'],
  ['   ', '   '],
  ['🌸', '🌸'],
])('%j is encoded as %j', (typed, encoded) => {
  expect(completeCaption(typed, completion)).toBe(encoded);
});

describe('CompletedEncoder', () => {
  const heard: string[][] = [];
  let disposed = 0;
  const encoder: CaptionEncoder = {
    id: 'plain',
    dim: 1,
    encode: async (captions) => {
      heard.push([...captions]);
      return { data: new Float32Array(captions.length), shape: [captions.length, 1] };
    },
    dispose: () => {
      disposed += 1;
    },
  };

  it('gives the encoder whole captions, and passes the rest on', async () => {
    const completed = new CompletedEncoder(encoder, completion);
    await completed.encode(['red flower', 'a red flower']);
    expect(heard.at(-1)).toEqual(['this flower has petals that are red flower', 'a red flower']);
    completed.dispose();
    expect(disposed).toBe(1);
  });

  it('reads the caption as it was typed, and what is cut with the words before it', () => {
    const read = (caption: string) => ({ unknown: caption.split(' '), corrected: [], cut: caption.slice(40) });
    const completed = new CompletedEncoder({ ...encoder, read }, completion);
    expect(completed.read('red flower')).toEqual({ unknown: ['red', 'flower'], corrected: [], cut: 'er' });
    expect(new CompletedEncoder(encoder, completion).read('red')).toEqual({ unknown: [], corrected: [], cut: '' });
  });

  it('has an id of its own, which the completion decides', () => {
    const ids = [completion, { ...completion, prefix: 'a ' }, { ...completion, unless: ['a'] }].map(
      (other) => new CompletedEncoder(encoder, other).id,
    );
    expect(new Set([...ids, encoder.id]).size).toBe(4);
    expect(withCompletion(encoder, undefined)).toBe(encoder);
  });
});
