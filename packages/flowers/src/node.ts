/** Where the directory of the model is on disk: to serve it, to copy it beside a page, to open it with `t2i … --run`. */

import { fileURLToPath } from 'node:url';

export const modelDirectory = fileURLToPath(new URL('../model', import.meta.url));
