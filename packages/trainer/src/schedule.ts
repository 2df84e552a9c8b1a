/** When a step happens and with which learning rate (the authors' `main_cls.lua:405-411`). */

import type { TrainerConfig } from './config.ts';

/** The epoch, counted from 1, that the step after `stepsDone` steps belongs to. */
export function epochAt(stepsDone: number, batchesPerEpoch: number): number {
  return Math.floor(stepsDone / batchesPerEpoch) + 1;
}

/**
 * The learning rate of an epoch, counted from 1: multiplied by the decay at the start of every epoch that is a multiple
 * of `decayEvery`. So the paper's halving every 100 gives 2e-4 in epochs 1–99, 1e-4 in 100–199 and 3.125e-6 in 600.
 */
export function learningRateAt(
  epoch: number,
  {
    learningRate,
    learningRateDecay,
    decayEvery,
  }: Pick<TrainerConfig, 'learningRate' | 'learningRateDecay' | 'decayEvery'>,
): number {
  return learningRate * learningRateDecay ** Math.floor(epoch / decayEvery);
}
