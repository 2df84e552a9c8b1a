export type { GanClsConfig, GanClsOverrides } from './config.ts';
export { ganClsConfigSchema, resolveConfig } from './config.ts';
export { GanCls } from './gan-cls.ts';
export type { CaptionRequest } from './latent.ts';
export { generateFromCaptions, interpolateEmbeddings, interpolateNoise, seededNoise } from './latent.ts';
export type { PresetName } from './presets.ts';
export { PRESETS, presetConfig } from './presets.ts';
