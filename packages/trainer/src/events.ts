/** The report of the training loop after every step. */

import type { StepScalars } from '@t2i/core';

export interface StepEvent {
  /** Steps done, counted over all sessions of the run. */
  readonly step: number;
  /** Step at which this session ends unless it is stopped. */
  readonly totalSteps: number;
  /** Epoch of this step, counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Images shown, counted over all sessions of the run. */
  readonly images: number;
  /** Images per step. */
  readonly batchSize: number;
  /** Over the last 20 steps, excluding samples and checkpoints. */
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
  /** Means over the steps since the last log line whose metrics have arrived. */
  readonly scalars: StepScalars;
  /** Whether this step completed a log line. */
  readonly logged: boolean;
}
