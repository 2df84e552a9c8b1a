/** Which images a trained text encoder can be compared with: its settings say so. */

import { type CaptionEncoder, ConfigError, type ImageFeatures } from '@t2i/core';
import type { SavableEncoder } from '@t2i/text-encoder';
import { z } from 'zod';

const settingsSchema = z.looseObject({
  imageEncoder: z.string().optional(),
  normalise: z.enum(['none', 'images', 'both']).default('none'),
});

/** Whether the encoder is the text side of a joint embedding: one that counts words, say, is not, whatever its length. */
export function isTrainedWithImages({ settings }: SavableEncoder): boolean {
  return settingsSchema.catch({ normalise: 'none' }).parse(settings).imageEncoder !== undefined;
}

/**
 * Whether the features are scaled to length 1 before they are compared with this encoder's embeddings.
 * @throws ConfigError when the features are of another image encoder than the one it was trained with, or of another length
 */
export function normalisesImages(
  { id, dim, settings }: Pick<CaptionEncoder, 'id' | 'dim'> & Partial<Pick<SavableEncoder, 'settings'>>,
  features: Pick<ImageFeatures, 'encoderId' | 'dim'>,
): boolean {
  const { imageEncoder, normalise } = settingsSchema.catch({ normalise: 'none' }).parse(settings);
  if (imageEncoder !== undefined && imageEncoder !== features.encoderId) {
    throw new ConfigError(`The features are of ${features.encoderId}, the encoder was trained with ${imageEncoder}.`, {
      hint: 'Give the features of the image encoder that it was trained with.',
    });
  }
  if (dim !== features.dim) {
    throw new ConfigError(`The encoder ${id} is ${dim}-dimensional; the features are ${features.dim}-dimensional.`, {
      hint: 'Only an encoder that was trained with image features can be compared with them.',
    });
  }
  return normalise !== 'none';
}
