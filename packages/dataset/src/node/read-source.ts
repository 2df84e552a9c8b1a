/** Reads images and captions from the source directory of a data set. */

import { DatasetError, T2iError } from '@t2i/core';
import { type LinkOptions, readInside, readProblem } from '@t2i/core/node';

/** @throws DatasetError that names the file if it is missing, not a file, or leads elsewhere */
export async function readSource(directory: string, name: string, options: LinkOptions): Promise<Buffer> {
  return readInside(directory, name, options).catch(refuseSource(name));
}

/** The error for a file that cannot be read. It mentions `followLinks`, because only the user knows whether the links are theirs. */
export function refuseSource(name: string): (cause: unknown) => never {
  return (cause) => {
    throw new DatasetError(`Cannot read ${name}: ${readProblem(cause)}`, {
      hint: T2iError.isInstance(cause)
        ? 'Copy the file into the directory. If you put links there yourself, follow them: --follow-links, or `followLinks`.'
        : 'Remove it, or put the file back.',
      cause,
    });
  };
}

/** Whether the user allows links to lead anywhere. */
export const linksOf = (followLinks: boolean | undefined): LinkOptions => ({
  links: followLinks ? 'anywhere' : 'inside',
});
