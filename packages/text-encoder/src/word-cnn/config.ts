/** The sizes of a word-CNN. */

import { ConfigError } from '@t2i/core';

export interface WordCnnConfig {
  /** Length of a word's vector beneath the convolutions. */
  readonly wordDim: number;
  /** Channels of both convolutions; with roles, of the first. */
  readonly channels: number;
  /** The number of roles, which the convolutions assign to words; without roles, the outputs of the convolutions are summed instead. */
  readonly roles?: number;
  /** Length of the embedding. */
  readonly dim: number;
}

export const WORD_CNN_DEFAULTS = { wordDim: 128, channels: 256 } as const;

/**
 * A configuration with the defaults filled in.
 * @throws ConfigError naming the first field that is unknown or out of range
 */
export function resolveWordCnnConfig(input: Partial<Record<keyof WordCnnConfig, unknown>>): WordCnnConfig {
  const { wordDim, channels, roles, dim, ...rest } = { ...WORD_CNN_DEFAULTS, ...input };
  for (const [name, value] of Object.entries({ wordDim, channels, dim, ...(roles !== undefined && { roles }) })) {
    if (!Number.isInteger(value) || (value as number) < 1) {
      throw new ConfigError(`${name} must be a whole number of at least 1, got ${JSON.stringify(value)}.`);
    }
  }
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw new ConfigError(`${unknown} is no setting of a word-CNN.`);
  return { wordDim, channels, ...(roles !== undefined && { roles }), dim } as WordCnnConfig;
}
