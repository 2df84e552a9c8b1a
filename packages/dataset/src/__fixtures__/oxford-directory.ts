/** The directory of the real Oxford-102 files, for tests that need them. Without the files these tests are skipped. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const directory = process.env.T2I_OXFORD_102 ?? resolve(repository, '../shared/data/oxford-102');

/** The directory, or undefined if the files are not available. */
export const oxfordDirectory: string | undefined = existsSync(resolve(directory, 'imagelabels.mat')) ? directory : undefined;
