/** The sizes of a char-CNN-RNN. */

import { ConfigError } from '@t2i/core';
import type { Normalisation } from '../joint-embedding/text-network.ts';
import type { CharacterPolicy } from './alphabet.ts';

/** `relu8`: mean of 8 steps of a ReLU recurrence (flowers). `gru18`: mean of 18 steps of a gated one (birds, COCO). */
export type Recurrence = 'relu8' | 'gru18';

export interface CharCnnRnnConfig {
  /** Channels of the first two convolutions. */
  readonly channels: readonly [first: number, second: number];
  /** Channels of the last convolution and of the recurrence: 256 or 512 in the paper's code. */
  readonly cnnDim: number;
  readonly rnn: Recurrence;
  /** Length of the embedding. */
  readonly dim: number;
  /** Which side is scaled to length 1 before embeddings are compared with images. */
  readonly normalise: Normalisation;
  readonly characters: CharacterPolicy;
}

/** The encoder that the GAN-CLS paper uses for flowers. */
export const CHAR_CNN_RNN_DEFAULTS: CharCnnRnnConfig = {
  channels: [384, 512],
  cnnDim: 512,
  rnn: 'relu8',
  dim: 1024,
  normalise: 'none',
  characters: 'forgiving',
};

const RECURRENCES: readonly unknown[] = ['relu8', 'gru18'] satisfies Recurrence[];
export const NORMALISATIONS: readonly unknown[] = ['none', 'images', 'both'] satisfies Normalisation[];
const POLICIES: readonly unknown[] = ['authors', 'forgiving'] satisfies CharacterPolicy[];

/**
 * A configuration with the defaults filled in.
 * @throws ConfigError naming the first field that is unknown or out of range
 */
export function resolveCharCnnRnnConfig(input: Partial<Record<keyof CharCnnRnnConfig, unknown>>): CharCnnRnnConfig {
  const config = { ...CHAR_CNN_RNN_DEFAULTS, ...input } as CharCnnRnnConfig;
  const isCount = (value: unknown) => Number.isInteger(value) && (value as number) >= 1;
  const isPair = (value: unknown) => Array.isArray(value) && value.length === 2 && value.every(isCount);
  const checks: Record<keyof CharCnnRnnConfig, readonly [valid: boolean, wanted: string]> = {
    channels: [isPair(config.channels), 'two whole numbers of at least 1'],
    cnnDim: [isCount(config.cnnDim), 'a whole number of at least 1'],
    rnn: [RECURRENCES.includes(config.rnn), RECURRENCES.join(' or ')],
    dim: [isCount(config.dim), 'a whole number of at least 1'],
    normalise: [NORMALISATIONS.includes(config.normalise), NORMALISATIONS.join(' or ')],
    characters: [POLICIES.includes(config.characters), POLICIES.join(' or ')],
  };
  for (const [name, value] of Object.entries(config)) {
    const [valid, wanted] = checks[name as keyof CharCnnRnnConfig] ?? [false, 'no setting of a char-CNN-RNN'];
    if (!valid) throw new ConfigError(`${name} must be ${wanted}, got ${JSON.stringify(value)}.`);
  }
  return config;
}
