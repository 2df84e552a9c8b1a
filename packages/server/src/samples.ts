/** The sample sheets that a training drew, epoch by epoch, and the film of them. */

import type { FileInside } from './file-response.ts';

/** Where the sheets of a run are. `@t2i/trainer` has what fills this in: `listSamples`, `makeFilm`. */
export interface Samples {
  /** The sheets there are by now, in order of epochs; PNG files. */
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
