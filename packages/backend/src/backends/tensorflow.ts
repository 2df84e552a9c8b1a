/** The backends `node` and `node-gpu`: TensorFlow's C library, through `@t2i/backend-tensorflow`. */

import { type BackendFacts, type Environment, loadOptional } from '@t2i/backend-utils';
import { importHere } from '../import-here.ts';

const PACKAGE = '@t2i/backend-tensorflow';

type TensorflowModule = typeof import('@t2i/backend-tensorflow');

export async function startTensorflow(name: 'node' | 'node-gpu', environment: Environment): Promise<BackendFacts> {
  const hint = `Install it: npm install ${PACKAGE} @tensorflow/tfjs-${name}`;
  const importModule = environment.importModule ?? importHere;
  const module = await loadOptional<TensorflowModule>(importModule, PACKAGE, hint);
  return module.startTensorflow(name, environment);
}
