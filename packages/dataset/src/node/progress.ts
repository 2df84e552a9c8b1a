/** The progress of a preparation. */

export interface PrepareProgress {
  readonly stage: 'download' | 'images';
  /** The file being downloaded, or the data set being packed. */
  readonly name: string;
  /** Bytes while downloading, otherwise images. */
  readonly done: number;
  /** `undefined` until the server has sent the length of a file. */
  readonly total: number | undefined;
}

export type OnProgress = (progress: PrepareProgress) => void;
