/** What every `TrainableModel` keeps to, besides the contracts of a `TextToImageModel` and a `Trainable`. */

import { Rng, type TrainableModel, type TrainBatch } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { inputOf, type ModelContract } from './text-to-image-model.ts';
import { testTrainable } from './trainable.ts';

const ROWS = 4;
/** A minibatch with every partner that a model may ask for. */
function batchFor({ imageSize, embeddingDim }: TrainableModel, seed: number): TrainBatch {
  const rng = new Rng(seed);
  const embeddings = () => ({ data: rng.normal(ROWS * embeddingDim), shape: [ROWS, embeddingDim] as const });
  const images = () => ({
    data: rng.normal(ROWS * imageSize ** 2 * 3).map(Math.tanh),
    shape: [ROWS, imageSize, imageSize, 3] as const,
  });
  return { images: images(), embeddings: embeddings(), wrongEmbeddings: embeddings(), wrongImages: images() };
}

/** Registers the tests. Models that `open` makes have one configuration and the same weights. */
export function testTrainableModel(name: string, { open, countTensors }: ModelContract<TrainableModel>): void {
  testTrainable(name, { open, batchFor, countTensors });

  describe(`${name} as a TrainableModel`, () => {
    it('generates the same images after its state is loaded into another model', async () => {
      const [model, other] = [await open(), await open()];
      await model.step(batchFor(model, 1), { learningRate: 1e-3, rng: new Rng(7) });
      await other.load(await model.state());
      expect((await other.generate(inputOf(other, 2))).data).toEqual((await model.generate(inputOf(model, 2))).data);
      for (const each of [model, other]) each.dispose();
    });
  });
}
