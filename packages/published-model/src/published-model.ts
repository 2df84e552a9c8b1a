/** A published model, restored from its files: checked whole before anything is drawn with it. */

import { CheckpointError, type Logger, readSafetensors } from '@t2i/core';
import { GanClsGenerator } from '@t2i/gan-cls';
import { restoreEncoder, type SavableEncoder, withCompletion } from '@t2i/text-encoder';
import { deviationFrom } from './check-picture.ts';
import type { ModelFile, ModelManifest } from './manifest.ts';
import { sha256 } from './sha256.ts';
import { TextToImage } from './text-to-image.ts';

/** Draws what the run drew that it was exported from, within the rounding of its weights. */
export class PublishedModel extends TextToImage {
  readonly manifest: ModelManifest;

  private constructor(manifest: ModelManifest, ...parts: ConstructorParameters<typeof TextToImage>) {
    super(...parts);
    this.manifest = manifest;
  }

  /**
   * @param logger hears the warnings of the encoder
   * @throws CheckpointError when a file is not the one that the manifest names, or both do not belong together
   */
  static async restore(manifest: ModelManifest, files: ModelBytes, logger?: Logger): Promise<PublishedModel> {
    const { generator } = manifest;
    await assertIntact(generator.file, files.generator);
    const restored = await restoreModelEncoder(manifest, files.encoder, logger);
    const { tensors } = readSafetensors(files.generator, generator.file.name);
    const model = GanClsGenerator.fromWeights(generator.config, tensors);
    try {
      return new PublishedModel(manifest, model, withCompletion(restored, manifest.encoder.completion));
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  /**
   * Draws what was drawn when the model was published, and returns the largest difference of a number in [-1, 1]. Engines
   * that compute rightly stay within a step of a pixel, 0.008; what is above 0.02 is an engine's mistake.
   */
  deviation(): Promise<number> {
    return deviationFrom(this.manifest.check, this);
  }
}

/**
 * The encoder of a published model from its file, as it was trained: it completes nothing. Needs no engine.
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
  if (bytes.length === file.bytes && (await sha256(bytes)) === file.sha256) return;
  const found = bytes.length === file.bytes ? 'other ones' : `${bytes.length}`;
  throw new CheckpointError(
    `${file.name} is not what was published: model.json says ${file.bytes} bytes, these are ${found}.`,
    {
      hint: 'Copy or download all files of the model together.',
    },
  );
}
