import type { FileInside } from './file-response.ts';

/** A file of a model that may be downloaded. */
export interface ModelFile extends FileInside {
  /** In the directory, and in its address. */
  readonly name: string;
  /** Of its bytes, in hexadecimal digits; left out where nobody has told it. */
  readonly sha256?: string;
}
