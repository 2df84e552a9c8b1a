import { CheckpointError, float32Tensor } from '@t2i/core';
import { maxDifference } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { BagOfWords } from './bag-of-words.ts';
import { LinearWords } from './linear-words/linear-words.ts';
import { restoreEncoder, roundedEncoder } from './restore-encoder.ts';

const encoder = BagOfWords.fit(['a pink flower', 'a red flower']);

describe('restoreEncoder', () => {
  it('gives the encoder back and hands on the logger', async () => {
    const messages: string[] = [];
    const logger = { info() {}, warn: (message: string) => messages.push(message) };
    const restored = await restoreEncoder(encoder, encoder.toState(), { logger });
    expect(restored.id).toBe(encoder.id);
    await restored.encode(['?']);
    expect(messages).toHaveLength(1);
  });

  it.each(['char-rnn', 'toString'])('refuses the unknown kind %s', async (kind) => {
    const restoring = restoreEncoder({ kind, id: encoder.id, dim: encoder.dim }, encoder.toState());
    await expect(restoring).rejects.toThrow(CheckpointError);
    await expect(restoring).rejects.toThrow(`"${kind}"; known are bag-of-words, char-cnn-rnn, linear-words, word-cnn.`);
  });

  it('refuses weights of another encoder', async () => {
    const other = BagOfWords.fit(['a pink flower', 'a red one']);
    await expect(restoreEncoder(encoder, other.toState())).rejects.toThrow(encoder.id);
  });
});

describe('roundedEncoder', () => {
  const kernel = float32Tensor([2, 3], Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6));
  const words = LinearWords.fromWeights(
    ['pink', 'red'],
    { kernel, bias: float32Tensor([3], new Float32Array(3)) },
    null,
  );

  it('has matrices of 16 bits, an id of its own, and comes back from its state', async () => {
    const rounded = await roundedEncoder(words);
    expect(rounded).toMatchObject({ kind: words.kind, dim: 3, id: expect.not.stringContaining(words.id) });
    const { tensors, metadata } = await rounded.toState();
    expect([tensors.kernel!.dtype, tensors.bias!.dtype]).toEqual(['F16', 'F32']);
    expect((await restoreEncoder(rounded, { tensors, metadata })).id).toBe(rounded.id);
    expect((await roundedEncoder(rounded)).id).toBe(rounded.id);
    const [{ data }, { data: exact }] = await Promise.all([rounded.encode(['red']), words.encode(['red'])]);
    const difference = maxDifference(data, exact);
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(2 ** -12); // half of the distance of neighbours in [0.5, 1)
  });

  it('is the same encoder where there is no matrix', async () => {
    expect((await roundedEncoder(encoder)).id).toBe(encoder.id);
  });
});
