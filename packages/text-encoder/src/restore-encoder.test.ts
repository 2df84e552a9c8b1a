import { CheckpointError } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { BagOfWords } from './bag-of-words.ts';
import { restoreEncoder } from './restore-encoder.ts';

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
    await expect(restoring).rejects.toThrow(`"${kind}"; known are bag-of-words.`);
  });

  it('refuses weights of another encoder', async () => {
    const other = BagOfWords.fit(['a pink flower', 'a red one']);
    await expect(restoreEncoder(encoder, other.toState())).rejects.toThrow(encoder.id);
  });
});
