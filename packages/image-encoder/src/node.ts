export type { ExtractFeaturesOptions, ExtractProgress, Photo } from './node/extract-features.ts';
export { extractFeatures } from './node/extract-features.ts';
export { FeatureFolder, openFeatures } from './node/open-features.ts';
