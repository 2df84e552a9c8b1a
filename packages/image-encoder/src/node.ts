export type { ExtractFeaturesOptions, ExtractProgress, Photo } from './node/extract-features.ts';
export { extractFeatures } from './node/extract-features.ts';
export { FeatureDirectory, openFeatures } from './node/open-features.ts';
