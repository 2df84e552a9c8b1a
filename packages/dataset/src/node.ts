export type { DownloadOptions } from './node/download.ts';
export { downloadFile } from './node/download.ts';
export type { Oxford102Download, Oxford102File } from './node/oxford-102-sources.ts';
export { OXFORD_102_DOWNLOADS } from './node/oxford-102-sources.ts';
export { openDataset, PackedDataset } from './node/packed-dataset.ts';
export type { PrepareOxford102Options } from './node/prepare-oxford-102.ts';
export { prepareOxford102 } from './node/prepare-oxford-102.ts';
export type { PreparedDataset } from './node/prepared.ts';
export type { OnProgress, PrepareProgress } from './node/progress.ts';
