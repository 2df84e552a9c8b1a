/** What the loop reports after every step. */

import type { StepScalars } from '@t2i/core';

export interface StepEvent {
  /** Steps done, counted over all sessions of the run. */
  readonly step: number;
  /** Step at which this session ends unless stopped. */
  readonly totalSteps: number;
  /** Epoch of this step, counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Images shown, counted over all sessions of the run. */
  readonly images: number;
  /** Images of one step. */
  readonly batchSize: number;
  /** Over the last 20 steps, without samples and checkpoints. */
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
  /** Means over the steps since the last line of the log, as far as their metrics have arrived. */
  readonly scalars: StepScalars;
  /** Whether this step completed a line of the log. */
  readonly logged: boolean;
}
