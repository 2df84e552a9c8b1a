/** Writes a published model: both files of weights and, last, the `model.json` that names them. */

import { join } from 'node:path';
import { type CaptionEncoder, type StateDict, type TextToImageModel, withRoundedMatrices } from '@t2i/core';
import { writeFileAtomic, writeJsonFile } from '@t2i/core/node';
import { writeSafetensors } from '@t2i/formats';
import { type CaptionCompletion, roundedEncoder, type SavableEncoder, withCompletion } from '@t2i/text-encoder';
import { generateCheckImage } from '../check-image.ts';
import { GENERATOR_KINDS, type GeneratorKindName } from '../generator-kinds.ts';
import { MANIFEST_FILE, type ModelFile, type ModelManifest, modelManifest } from '../manifest.ts';
import { sha256 } from '../sha256.ts';
import { TextToImage } from '../text-to-image.ts';

/** What is published. */
export interface PublishableModel {
  readonly generator: {
    readonly kind: GeneratorKindName;
    /** Of the generator; settings of the training beside them are left out. */
    readonly config: unknown;
    /** The weights that generate images, named as the kind of generator names them. */
    readonly tensors: StateDict['tensors'];
    readonly averaged: boolean;
  };
  /** That the generator was trained with. */
  readonly encoder: SavableEncoder;
  /** How captions are completed that begin otherwise than the data do. */
  readonly completion?: CaptionCompletion | undefined;
  readonly precision: ModelManifest['precision'];
  readonly facts: ModelManifest['facts'];
  readonly license: string | null;
}

/** The image that every backend must reproduce. */
const CHECK = { caption: 'this flower has pink petals and a yellow center', seed: 7 };

/**
 * Writes the three files into an existing directory. A backend must have been chosen: it generates the image that other backends are
 * compared with. The same model gives the same bytes on the same backend.
 * @returns what `model.json` says
 */
export async function writeModelDirectory(directory: string, model: PublishableModel): Promise<ModelManifest> {
  const { precision, facts, license, completion } = model;
  const rounds = precision === 'float16';
  const { kind, averaged, tensors } = model.generator;
  const { resolveConfig, fromWeights } = GENERATOR_KINDS[kind];
  const config = resolveConfig(model.generator.config);
  const generator = { tensors: rounds ? withRoundedMatrices(tensors) : tensors, metadata: {} };
  const encoder = rounds ? await roundedEncoder(model.encoder) : model.encoder;
  const check = await checkImageOf(fromWeights(config, generator.tensors), withCompletion(encoder, completion));
  const generatorFile = await writeWeights(directory, 'generator.safetensors', generator);
  const encoderFile = await writeWeights(directory, 'encoder.safetensors', await encoder.toState());
  const manifest = modelManifest({
    precision,
    imageSize: config.imageSize,
    noiseDim: config.noiseDim,
    generator: { kind, config, averaged, file: generatorFile },
    encoder: {
      kind: encoder.kind,
      id: encoder.id,
      trainedWith: model.encoder.id,
      dim: encoder.dim,
      ...(completion && { completion }),
      file: encoderFile,
    },
    facts,
    check,
    license,
  });
  await writeJsonFile(join(directory, MANIFEST_FILE), manifest);
  return manifest;
}

/** From the published weights, which may be rounded. */
async function checkImageOf(generator: TextToImageModel, encoder: CaptionEncoder): Promise<ModelManifest['check']> {
  const model = new TextToImage(generator, encoder);
  try {
    return await generateCheckImage(model, CHECK);
  } finally {
    model.dispose();
  }
}

async function writeWeights(directory: string, name: string, state: StateDict): Promise<ModelFile> {
  const bytes = writeSafetensors(state);
  await writeFileAtomic(join(directory, name), bytes);
  return { name, bytes: bytes.length, sha256: await sha256(bytes) };
}
