/** The manifest beside the state of an encoder, which makes it possible to refuse files that do not belong together. */

import { type CaptionEncoder, CheckpointError } from '@t2i/core';

/** Version of the files that `saveEncoder` writes. */
export const ENCODER_FORMAT = 1;

/** The content of the manifest. */
export interface EncoderManifest {
  readonly kind: string;
  readonly id: string;
  readonly dim: number;
}

/**
 * Reads a parsed `encoder.json`.
 * @throws CheckpointError when it does not describe an encoder, or is of a later version
 */
export function parseEncoderManifest(json: unknown, path: string): EncoderManifest {
  const { formatVersion, kind, id, dim } = (json ?? {}) as Record<string, unknown>;
  if (
    typeof formatVersion !== 'number' ||
    typeof kind !== 'string' ||
    typeof id !== 'string' ||
    typeof dim !== 'number'
  ) {
    throw new CheckpointError(`${path} does not describe an encoder.`, {
      hint: 'Give a directory that saveEncoder has written.',
    });
  }
  if (formatVersion !== ENCODER_FORMAT) {
    throw new CheckpointError(`${path} has format version ${formatVersion}, this program reads ${ENCODER_FORMAT}.`, {
      hint: 'Use the version of @t2i/text-encoder that saved it.',
    });
  }
  return { kind, id, dim };
}

/** @throws CheckpointError when the encoder is not the one that the manifest names */
export function assertDescribes(manifest: EncoderManifest, encoder: CaptionEncoder): void {
  if (encoder.id === manifest.id && encoder.dim === manifest.dim) return;
  throw new CheckpointError(
    `The manifest names the encoder ${manifest.id} (${manifest.dim} numbers), its weights are those of ${encoder.id} (${encoder.dim} numbers).`,
    { hint: 'Copy both files of the encoder together, or save it again.' },
  );
}
