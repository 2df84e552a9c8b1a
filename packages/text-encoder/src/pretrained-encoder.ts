/** Opens any of the encoders that come with this package. */

import { type PretrainedName, type PretrainedOptions, readPretrained } from './pretrained.ts';
import { restoreEncoder } from './restore-encoder.ts';
import type { SavableEncoder } from './savable-encoder.ts';

/**
 * Opens an encoder trained on Oxford-102's 82 classes for training and validation. `oxford-102-words` (`WordCnn`) reads words and their roles,
 * `oxford-102` (`CharCnnRnn`, as in the paper) reads characters. Megabytes of weights are read from disk in Node and fetched in a browser;
 * bundlers that support `new URL(…, import.meta.url)` copy them along.
 * @throws CheckpointError when the weights are missing or damaged; ConfigError for an unknown name
 * @example
 * const encoder = await pretrainedEncoder('oxford-102-words');
 * const { data, shape } = await encoder.encode(['a pink flower with a yellow center']); // shape [1, 1024]
 */
export async function pretrainedEncoder(
  name: PretrainedName,
  options: PretrainedOptions = {},
): Promise<SavableEncoder> {
  const { manifest, state } = await readPretrained(name, options);
  return restoreEncoder(manifest, state);
}
