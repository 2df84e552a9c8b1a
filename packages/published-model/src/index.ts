export type { FileCache } from './file-cache.ts';
export type { ModelFile, ModelManifest } from './manifest.ts';
export { parseModelManifest, revisionOf } from './manifest.ts';
export type { DownloadProgress, ModelAddresses, OpenPublishedModelOptions } from './open-published-model.ts';
export { downloadPublishedModel, openPublishedModel } from './open-published-model.ts';
export type { ModelBytes } from './published-model.ts';
export { PublishedModel } from './published-model.ts';
export { TextToImage } from './text-to-image.ts';
