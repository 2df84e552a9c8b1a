/** How far a preparation is. */

export interface PrepareProgress {
  readonly stage: 'download' | 'images';
  /** The file being downloaded, or the data set being packed. */
  readonly name: string;
  /** Bytes when downloading, else images. */
  readonly done: number;
  /** `undefined` while a server has not said how long a file is. */
  readonly total: number | undefined;
}

export type OnProgress = (progress: PrepareProgress) => void;
