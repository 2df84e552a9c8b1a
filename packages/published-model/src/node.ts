export { MANIFEST_FILE } from './manifest.ts';
export {
  isModelDirectory,
  openModelDirectory,
  openModelEncoder,
  readModelManifest,
} from './node/open-model-directory.ts';
export type { PublishableModel } from './node/write-model-directory.ts';
export { writeModelDirectory } from './node/write-model-directory.ts';
