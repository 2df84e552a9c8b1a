/** Where the built page is: a directory of static files with an `index.html`, for any server of files. */

import { fileURLToPath } from 'node:url';

export const pageDirectory = fileURLToPath(new URL('./dist', import.meta.url));
