/** The epoch and the learning rate of a step (the authors' `main_cls.lua:405-411`). */

import type { TrainerConfig } from './config.ts';

/** The epoch, counted from 1, of the step after `stepsDone` steps. */
export function epochAt(stepsDone: number, batchesPerEpoch: number): number {
  return Math.floor(stepsDone / batchesPerEpoch) + 1;
}

/**
 * The learning rate of an epoch, counted from 1. It is multiplied by the decay before (`start`) or after (`end`) every epoch that is a
 * multiple of `decayEvery`. The GAN's halving every 100 gives 2e-4 in epochs 1–99, 1e-4 in 100–199 and 3.125e-6 in 600.
 * The text encoder's 0.98 after every epoch gives 7e-4 in epoch 1, 6.86e-4 in 2 and 1.26e-5 in 200.
 */
export function learningRateAt(
  epoch: number,
  {
    learningRate,
    learningRateDecay,
    decayEvery,
    decayAt,
  }: Pick<TrainerConfig, 'learningRate' | 'learningRateDecay' | 'decayEvery' | 'decayAt'>,
): number {
  return learningRate * learningRateDecay ** Math.floor((decayAt === 'end' ? epoch - 1 : epoch) / decayEvery);
}
