export type { GanClsConfig, GanClsOverrides, GeneratorConfig } from './config.ts';
export { ganClsConfigSchema, resolveConfig, resolveGeneratorConfig } from './config.ts';
export { GanCls } from './gan-cls.ts';
export { GanClsGenerator, generatorState } from './gan-cls-generator.ts';
export { expectGenerator } from './generator-shapes.ts';
export type { PresetName } from './presets.ts';
export { PRESETS, presetConfig } from './presets.ts';
export type { StyleEncoderConfig } from './style-encoder.ts';
export { StyleEncoder, styleEncoderConfigSchema } from './style-encoder.ts';
