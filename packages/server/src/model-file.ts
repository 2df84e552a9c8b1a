/** A file of a model that may be downloaded. */
export interface ModelFile {
  /** In its address. */
  readonly name: string;
  readonly path: string;
  /** Of its bytes, in hexadecimal digits; left out where nobody has told it. */
  readonly sha256?: string;
}
