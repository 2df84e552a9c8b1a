/** A model small enough for a test, published into a directory; and a network that serves it. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Rng } from '@t2i/core';
import { GanCls, generatorState, resolveConfig } from '@t2i/gan-cls';
import { BagOfWords, CharCnnRnn, type SavableEncoder, type CaptionCompletion } from '@t2i/text-encoder';
import type { ModelManifest } from '../manifest.ts';
import { writeModelDirectory } from '../node/write-model-directory.ts';

export const bagOfWords = BagOfWords.fit(['a pink flower', 'a white flower with yellow petals']);

/** A char-CNN-RNN, whose weights float16 changes. */
export function charCnnRnn(dim: number): SavableEncoder {
  const config = { channels: [3, 4], cnnDim: 5, rnn: 'relu8', dim, normalise: 'none', characters: 'forgiving' } as const;
  const rng = new Rng(2);
  const shapes: Record<string, number[]> = {
    'conv1/kernel': [4, 70, 3],
    'conv1/bias': [3],
    'conv2/kernel': [4, 3, 4],
    'conv2/bias': [4],
    'conv3/kernel': [4, 4, 5],
    'conv3/bias': [5],
    'rnn/input/kernel': [5, 5],
    'rnn/input/bias': [5],
    'rnn/hidden/kernel': [5, 5],
    'rnn/hidden/bias': [5],
    'output/kernel': [5, dim],
    'output/bias': [dim],
  };
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    const data = rng.normal(shape.reduce((product, side) => product * side, 1));
    return [name, { dtype: 'F32', shape, data }] as const;
  });
  return CharCnnRnn.fromWeights(config, Object.fromEntries(tensors), null);
}

/** A model with weights large enough that images show them. */
export async function smallModel(embeddingDim: number, seed = 1): Promise<GanCls> {
  const size = { imageSize: 32, embeddingDim, projectedDim: 4, noiseDim: 5, generatorFilters: 2, discriminatorFilters: 2 };
  const model = new GanCls(resolveConfig({ ...size, emaHalfLife: 10 }), new Rng(seed));
  const { tensors, metadata } = await model.state();
  const rng = new Rng(seed);
  const louder = Object.entries(tensors).map(([name, tensor]) => {
    if (!name.startsWith('ema/') || tensor.shape.length < 2) return [name, tensor] as const;
    return [name, { ...tensor, data: rng.normal(tensor.data.length).map((value) => value / 4) }] as const;
  });
  await model.load({ tensors: Object.fromEntries(louder), metadata });
  return model;
}

export const FACTS = { dataset: 'toy', objective: 'gan-cls', epoch: 3, step: 40, imagesShown: 160, checkpoint: 'none' };

/** Publishes `model` into `directory`. */
export async function publish(
  directory: string,
  model: GanCls,
  encoder: SavableEncoder,
  precision: ModelManifest['precision'] = 'float16',
  completion?: CaptionCompletion,
): Promise<ModelManifest> {
  const generator = { kind: 'gan-cls' as const, config: model.config, tensors: generatorState(await model.state()), averaged: true };
  return writeModelDirectory(directory, { generator, encoder, completion, precision, facts: FACTS, license: 'CC0-1.0' });
}

export type Answer = (name: string, bytes: Uint8Array) => Response | Promise<Response>;

/** Serves a directory to `fetch`; `requests` lists what was asked for. `answer` may put something else in the place of a file. */
export function network(directory: string, answer: Answer = (_, bytes) => new Response(bytes as BodyInit)) {
  const requests: string[] = [];
  const fetch = async (url: URL, { signal }: RequestInit): Promise<Response> => {
    signal?.throwIfAborted();
    const name = url.pathname.split('/').at(-1)!;
    requests.push(name);
    return answer(name, await readFile(join(directory, name)));
  };
  return { requests, fetch: fetch as typeof globalThis.fetch };
}
