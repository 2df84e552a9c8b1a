/** Where the real Oxford-102 files are, for the tests that need them: they skip themselves where there are none. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const directory = process.env.T2I_OXFORD_102 ?? resolve(repository, '../shared/data/oxford-102');

/** The directory, or undefined where the files are not at hand. */
export const oxfordDirectory: string | undefined = existsSync(resolve(directory, 'imagelabels.mat')) ? directory : undefined;
