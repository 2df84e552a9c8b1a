/** A published model, restored from its files and checked before use. */

import { BackendError, CheckpointError, type Logger } from '@t2i/core';
import { readSafetensors } from '@t2i/formats';
import { restoreEncoder, type SavableEncoder, withCompletion } from '@t2i/text-encoder';
import * as tf from '@tensorflow/tfjs-core';
import { deviationFrom } from './check-image.ts';
import { GENERATOR_KINDS } from './generator-kinds.ts';
import type { ModelFile, ModelManifest } from './manifest.ts';
import { sha256 } from './sha256.ts';
import { TextToImage } from './text-to-image.ts';

/** For values in [-1, 1]: two and a half steps of a pixel. Graphics cards that compute with 16 bits may exceed it. */
const LARGEST_DEVIATION = 0.02;

/** Generates the images of the run that it was exported from, within the rounding of its weights. */
export class PublishedModel extends TextToImage {
  readonly manifest: ModelManifest;

  private constructor(manifest: ModelManifest, ...parts: ConstructorParameters<typeof TextToImage>) {
    super(...parts);
    this.manifest = manifest;
  }

  /**
   * @param logger receives the warnings of the encoder
   * @throws CheckpointError when a file is not the one that the manifest names, or both do not belong together; before
   * anything is built
   * @throws BackendError when the backend does not reproduce the published check image
   */
  static async restore(manifest: ModelManifest, files: ModelBytes, logger?: Logger): Promise<PublishedModel> {
    const { generator } = manifest;
    await assertIntact(generator.file, files.generator);
    const restored = await restoreModelEncoder(manifest, files.encoder, logger);
    const { tensors } = readSafetensors(files.generator, generator.file.name);
    const model = GENERATOR_KINDS[generator.kind].fromWeights(generator.config, tensors);
    try {
      const published = new PublishedModel(manifest, model, withCompletion(restored, manifest.encoder.completion));
      await published.#assertCheckImage();
      return published;
    } catch (error) {
      model.dispose();
      restored.dispose?.();
      throw error;
    }
  }

  async #assertCheckImage(): Promise<void> {
    const deviation = await this.deviation();
    if (deviation <= LARGEST_DEVIATION) return;
    const found = Number.isNaN(deviation) ? 'a value is NaN' : `a value differs by ${deviation.toFixed(3)}`;
    throw new BackendError(
      `The output of the backend ${tf.getBackend()} differs from the model's check image: ${found}.`,
      {
        hint: 'Choose another backend. If all differ, model.json does not belong to these weights: download the model again.',
      },
    );
  }

  /**
   * Generates the check image again and returns the largest difference of a value in [-1, 1] from the published one. Correct
   * backends stay within one step of a pixel, 0.008; above 0.02 the backend is wrong.
   */
  deviation(): Promise<number> {
    return deviationFrom(this.manifest.check, this);
  }
}

/**
 * The encoder of a published model from its file, as it was trained: it completes nothing. Needs no backend.
 * @throws CheckpointError when `bytes` is not the file that the manifest names
 */
export async function restoreModelEncoder(
  { encoder }: ModelManifest,
  bytes: Uint8Array,
  logger?: Logger,
): Promise<SavableEncoder> {
  await assertIntact(encoder.file, bytes);
  return restoreEncoder(encoder, readSafetensors(bytes, encoder.file.name), { logger });
}

/** The two files as they were read. */
export type ModelBytes = Readonly<Record<'generator' | 'encoder', Uint8Array>>;

/** @throws CheckpointError when `bytes` is not the file that the manifest names */
export async function assertIntact(file: ModelFile, bytes: Uint8Array): Promise<void> {
  assertLength(file, bytes.length);
  if ((await sha256(bytes)) !== file.sha256) throw notWhatWasPublished(file, 'other ones');
}

/** @throws CheckpointError when a file of `length` bytes cannot be the one that the manifest names */
export function assertLength(file: ModelFile, length: number): void {
  if (length !== file.bytes) throw notWhatWasPublished(file, `${length}`);
}

function notWhatWasPublished({ name, bytes }: ModelFile, found: string): CheckpointError {
  return new CheckpointError(`${name} is not what was published: model.json says ${bytes} bytes, these are ${found}.`, {
    hint: 'Copy or download all files of the model together.',
  });
}
