/** Images and captions out of the directory that a data set is made of. */

import { DatasetError, T2iError } from '@t2i/core';
import { type LinkOptions, readInside, readProblem } from '@t2i/core/node';

/** @throws DatasetError that names the file when it is missing, no file, or leads elsewhere */
export async function readSource(directory: string, name: string, options: LinkOptions): Promise<Buffer> {
  return readInside(directory, name, options).catch(refuseSource(name));
}

/** What a failed look at a file says to a person: whether it is theirs, they alone know. */
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

/** Whether links lead anywhere, as a person decided. */
export const linksOf = (followLinks: boolean | undefined): LinkOptions => ({
  links: followLinks ? 'anywhere' : 'inside',
});
