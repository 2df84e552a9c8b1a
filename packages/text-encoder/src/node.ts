export type { CachedEmbeddingsOptions } from './node/cached-embeddings.ts';
export { cachedEmbeddings } from './node/cached-embeddings.ts';
export { EmbeddingFile } from './node/embedding-file.ts';
export { isEncoderDirectory, loadEncoder, saveEncoder } from './node/encoder-directory.ts';
export { hasPretrained } from './node/has-pretrained.ts';
