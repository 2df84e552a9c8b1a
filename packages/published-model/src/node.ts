export { MANIFEST_FILE } from './manifest.ts';
export { isModelFolder, openModelEncoder, openModelFolder, readModelManifest } from './node/open-model-folder.ts';
export type { PublishableModel } from './node/write-model-folder.ts';
export { writeModelFolder } from './node/write-model-folder.ts';
