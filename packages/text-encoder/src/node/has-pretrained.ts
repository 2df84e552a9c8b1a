/** Whether this copy of the package includes its weights. */

import { exists } from '@t2i/core/node';
import type { PretrainedName } from '../pretrained.ts';
import { PRETRAINED_FILES } from '../pretrained-files.ts';

/** True where `pretrainedEncoder(name)` has files to read; they may still be damaged. */
export async function hasPretrained(name: PretrainedName): Promise<boolean> {
  return exists(PRETRAINED_FILES[name].weights);
}
