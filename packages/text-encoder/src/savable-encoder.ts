/** The interface of encoders that can be saved and restored. */

import type { CaptionEncoder, JsonValue, Logger, StateDict } from '@t2i/core';
import { CheckpointError } from '@t2i/core';

/** An encoder that `saveEncoder` can write and `restoreEncoder` can read back, giving the same `id`. */
export interface SavableEncoder extends CaptionEncoder {
  /** Selects the reader of the state in `restoreEncoder`. */
  readonly kind: string;
  /** A description of how the encoder was made, for people; the state alone is enough to restore it. */
  readonly settings: JsonValue;
  toState(): StateDict | Promise<StateDict>;
}

export interface RestoreOptions {
  /** Receives the warnings of the encoder, for instance of a caption without any known word. */
  readonly logger?: Logger | undefined;
}

/** The JSON value of a metadata entry. @throws CheckpointError when the entry is missing or not JSON */
export function parseMetadata(state: StateDict, key: string): unknown {
  const text = state.metadata[key];
  try {
    if (text !== undefined) return JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(`The "${key}" of this encoder is not valid JSON.`, { cause });
  }
  throw new CheckpointError(`This encoder has no "${key}".`, { hint: 'Save the encoder again with saveEncoder.' });
}
