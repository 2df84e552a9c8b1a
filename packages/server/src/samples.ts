/** The sample sheets of a training run by epoch, and a film of them. */

import type { FileInside } from './file-response.ts';

/** The sheets of a run. `listSamples` and `makeFilm` of `@t2i/trainer` implement it. */
export interface Samples {
  /** The existing sheets in order of epochs, PNG files. */
  list(): Promise<readonly Sheet[]>;
  film(options: FilmSettings): Promise<Uint8Array>;
}

export interface Sheet extends FileInside {
  readonly epoch: number;
}

export interface FilmSettings {
  readonly fps: number;
  readonly maxFrames: number;
  /** Pixels. */
  readonly width: number;
}
