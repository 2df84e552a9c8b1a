import '@tensorflow/tfjs-backend-cpu';
import { Rng } from '@t2i/core';
import { Adam } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomBatch, SMALL } from './__fixtures__/small-model.ts';
import { toStepBatch } from './batch.ts';
import { resolveConfig } from './config.ts';
import { buildDiscriminator } from './discriminator.ts';
import { buildGenerator } from './generator.ts';
import { normaliseFused } from './normalisation.ts';
import { trainStep } from './training-step.ts';
import { initialise, trainableOf, weightsOf } from './weights.ts';

beforeAll(() => tf.setBackend('cpu'));

/** An optimiser that is told gradients and does nothing. */
class IdleAdam extends Adam {
  override apply() {}
}

function networks(generatorAdam: typeof Adam, discriminatorAdam: typeof Adam) {
  const config = resolveConfig(SMALL);
  const generator = buildGenerator(config, normaliseFused);
  const discriminator = buildDiscriminator(config, normaliseFused);
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
      tf.tidy(() => trainStep(all, toStepBatch(randomBatch(0), needs), { learningRate: 1e-3, rng: new Rng(2) }, {}));
      for (const [name, after] of snapshot()) {
        if (name.startsWith(learner)) expect(after, name).not.toEqual(before.get(name));
        else expect(after, name).toEqual(before.get(name));
      }
    },
  );

  it("passes a real image through D's convolutions once for both of its sentences", async () => {
    const { networks: all } = networks(Adam, Adam);
    const counts = [];
    for (const mismatch of ['text', 'image'] as const) {
      const needs = { imageSize: 32, embeddingDim: 6, mismatch } as const;
      const run = () => trainStep(all, toStepBatch(randomBatch(0), needs), { learningRate: 1e-3, rng: new Rng(2) }, {});
      const { kernels } = await tf.profile(() => tf.tidy(run));
      counts.push(kernels.filter(({ name }) => name === 'Conv2D' || name === 'FusedConv2D').length);
    }
    expect(counts[1]! - counts[0]!).toBe(4); // three strided convolutions and the image's half of the joint one
  });
});
