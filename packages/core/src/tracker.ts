/** Where numbers, images and words of a run go. Libraries report here and know no file and no console. */

import type { RgbImage } from './image.ts';

/** Receives the figures of a run. Errors thrown by a tracker stop the run. */
export interface Tracker {
  scalars(step: number, values: Readonly<Record<string, number>>): void | Promise<void>;
  image?(step: number, tag: string, image: RgbImage): void | Promise<void>;
  close?(): void | Promise<void>;
}

/** Words for people. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
}

/** Says nothing. */
export const silentLogger: Logger = { info() {}, warn() {} };
