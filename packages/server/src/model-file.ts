import type { FileInside } from './file-response.ts';

/** A downloadable file of a model. */
export interface ModelFile extends FileInside {
  /** Its name in the directory and in the URL. */
  readonly name: string;
  /** Of its bytes, in hexadecimal digits; absent if it is unknown. */
  readonly sha256?: string;
}
