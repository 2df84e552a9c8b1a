/** Where the built page is: a folder of static files with an `index.html`, for any server of files. */

import { fileURLToPath } from 'node:url';

export const pageFolder = fileURLToPath(new URL('./dist', import.meta.url));
