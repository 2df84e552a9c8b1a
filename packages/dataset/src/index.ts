export { SPLIT_NAMES } from './check-parts.ts';
export type { InMemoryDatasetOptions } from './in-memory-dataset.ts';
export { InMemoryDataset } from './in-memory-dataset.ts';
