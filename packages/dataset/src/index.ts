export { SPLIT_NAMES } from './check-parts.ts';
export type { InMemoryDatasetOptions } from './in-memory-dataset.ts';
export { InMemoryDataset } from './in-memory-dataset.ts';
export type { BatchSourceOptions } from './loader.ts';
export { createBatchSource } from './loader.ts';
export type { PairSamplerOptions, SampledPair, Sampling } from './sampler.ts';
export { PairSampler } from './sampler.ts';
export type { View } from './transforms.ts';
export { centreView, cutViews, drawView } from './transforms.ts';
