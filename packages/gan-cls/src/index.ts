export type { GanClsConfig, GanClsOverrides, GeneratorConfig } from './config.ts';
export { ganClsConfigSchema, resolveConfig, resolveGeneratorConfig } from './config.ts';
export { GanCls } from './gan-cls.ts';
export { GanClsGenerator, generatorState } from './gan-cls-generator.ts';
export type { CaptionRequest } from './latent.ts';
export { generateFromCaptions, interpolateEmbeddings, interpolateNoise, seededNoise } from './latent.ts';
export type { PresetName } from './presets.ts';
export { PRESETS, presetConfig } from './presets.ts';
