import '@tensorflow/tfjs-backend-cpu';
import { Rng } from '@t2i/core';
import { Adam } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomBatch, SMALL } from './__fixtures__/small-model.ts';
import { type StepBatch, toStepBatch } from './batch.ts';
import { resolveConfig } from './config.ts';
import { buildDiscriminator } from './discriminator.ts';
import { buildGenerator } from './generator.ts';
import { trainingLayers } from './training-layers.ts';
import { type Networks, trainStep } from './training-step.ts';
import { initialise, trainableOf, weightsOf } from './weights.ts';

beforeAll(() => tf.setBackend('cpu'));

/** An optimiser that is told gradients and does nothing. */
class IdleAdam extends Adam {
  override apply() {}
}

function networks(generatorAdam: typeof Adam, discriminatorAdam: typeof Adam) {
  const config = resolveConfig(SMALL);
  const generator = buildGenerator(config, trainingLayers);
  const discriminator = buildDiscriminator(config, trainingLayers);
  const { trunk, head } = discriminator;
  for (const model of [generator, trunk, head]) initialise(model, new Rng(1));
  const weights = {
    generator: trainableOf(weightsOf('generator', generator)),
    discriminator: trainableOf(weightsOf('discriminator', trunk, head)),
  };
  const optimisers = {
    generatorAdam: new generatorAdam(weights.generator),
    discriminatorAdam: new discriminatorAdam(weights.discriminator),
  };
  return { weights, networks: { config, generator, discriminator, ...optimisers } };
}

function step(all: Networks, batch: StepBatch): void {
  const updates = trainStep(all, batch, { learningRate: 1e-3, rng: new Rng(2) }, {});
  for (const { optimiser, gradients, learningRate } of updates) optimiser.apply(gradients, learningRate);
}

describe('trainStep', () => {
  it.each([
    { learner: 'generator', optimisers: [Adam, IdleAdam] },
    { learner: 'discriminator', optimisers: [IdleAdam, Adam] },
  ] as const)(
    "leaves the other network alone in the $learner's update",
    ({ learner, optimisers: [forGenerator, forDiscriminator] }) => {
      const { weights, networks: all } = networks(forGenerator, forDiscriminator);
      const snapshot = () =>
        Object.entries({ ...weights.generator, ...weights.discriminator }).map(
          ([name, w]) => [name, w.dataSync().slice()] as const,
        );
      const before = new Map(snapshot());
      const needs = { imageSize: 32, embeddingDim: 6, mismatch: 'text' } as const;
      tf.tidy(() => step(all, toStepBatch(randomBatch(0), needs)));
      for (const [name, after] of snapshot()) {
        if (name.startsWith(learner)) expect(after, name).not.toEqual(before.get(name));
        else expect(after, name).toEqual(before.get(name));
      }
    },
  );

  it('convolves no more than Algorithm 1 needs', async () => {
    const { networks: all } = networks(Adam, Adam);
    const count = async (mismatch: 'text' | 'image') => {
      const needs = { imageSize: 32, embeddingDim: 6, mismatch } as const;
      const run = () => step(all, toStepBatch(randomBatch(0), needs));
      const { kernels } = await tf.profile(() => tf.tidy(run));
      const of = (name: string) => kernels.filter((kernel) => kernel.name === name).length;
      return { forward: of('Conv2D'), byInput: of('Conv2DBackpropInput'), byKernel: of('Conv2DBackpropFilter') };
    };
    // G has 3 transposed convolutions (their forward pass is the others' gradient by input), D has 4 convolutions.
    // D is passed by real and fake images, then by x̂ for G's sake, which asks for no gradient of D's kernels;
    // D's own update asks for no gradient of images.
    const expected = { forward: 3 * 4 + 3, byInput: 2 * 3 + 4 + 3, byKernel: 2 * 4 + 3 };
    expect(await count('text')).toEqual(expected);
    // a wrong image is a pass of its own, a wrong caption is not
    expect(await count('image')).toEqual({
      forward: expected.forward + 4,
      byInput: expected.byInput + 3,
      byKernel: expected.byKernel + 4,
    });
  });
});
