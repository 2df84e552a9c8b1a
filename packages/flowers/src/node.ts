/** Path of the model's directory: to serve it, to copy it next to a page, or to open it with `t2i … --run`. */

import { fileURLToPath } from 'node:url';

export const modelDirectory = fileURLToPath(new URL('../model', import.meta.url));
