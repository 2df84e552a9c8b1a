/**
 * The format of an image by its first bytes. The file extension proves nothing, and no other file should reach a decoder.
 */

import { latin1 } from './bytes.ts';

const FORMATS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['JPEG', /^\xff\xd8\xff/],
  ['PNG', /^\x89PNG\r\n.\n/],
  ['GIF', /^GIF8[79]a/],
  ['WebP', /^RIFF.{4}WEBP/s],
  ['TIFF', /^(?:II[*+]\0|MM\0[*+])/],
  ['AVIF', /^.{4}ftyp(?:avif|mif1.{4}(?:.{4}){0,16}avif)/s],
];
/** Other formats that people use as photos, to name them in the error. */
const OTHERS: typeof FORMATS = [
  ['a PDF document', /^%PDF/],
  ['an SVG drawing', /<svg[\s/>]/],
  ['an animated AVIF', /^.{4}ftypavis/s],
  ['a HEIC photo', /^.{4}ftyp(?:he|mif1)/s],
  ['a BMP image', /^BM/],
  ['a web page', /<html[\s>]/i],
];
const HEAD = 1024; // bytes that are examined

/** The type of a file by its first bytes: one of the six formats as `photo`, or another known type as `other`. */
export interface SniffedFormat {
  readonly photo?: string;
  readonly other?: string;
}

/** Examines the first kilobyte. An empty object means that the format is unknown. */
export function sniffImage(bytes: Uint8Array): SniffedFormat {
  const head = latin1(bytes.subarray(0, HEAD));
  const nameOf = (formats: typeof FORMATS) => formats.find(([, pattern]) => pattern.test(head))?.[0];
  const photo = nameOf(FORMATS);
  if (photo !== undefined) return { photo };
  const other = bytes.length === 0 ? 'an empty file' : nameOf(OTHERS);
  return other === undefined ? {} : { other };
}
