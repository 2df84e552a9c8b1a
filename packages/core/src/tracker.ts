/** The destination of a run's metrics, images and messages. Libraries report here and use neither files nor the console. */

import type { RgbImage } from './image.ts';

/** Receives the metrics of a run. Errors thrown by a tracker stop the run. */
export interface Tracker {
  scalars(step: number, values: Readonly<Record<string, number>>): void | Promise<void>;
  image?(step: number, tag: string, image: RgbImage): void | Promise<void>;
  close?(): void | Promise<void>;
}

/** Messages for people. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
}

/** Discards all messages. */
export const silentLogger: Logger = { info() {}, warn() {} };
