/** Configurations with a name. Each says only what differs from the defaults. */

import { type GanClsConfig, type GanClsOverrides, resolveConfig } from './config.ts';

/** What each preset changes. */
export const PRESETS = {
  /** The paper at 64×64, with filters and residual bottlenecks from the authors' code: G 18.9 M, D 4.0 M parameters. */
  reed2016: {},
  /** A plain DCGAN, four times cheaper: G 4.8 M, D 3.2 M parameters. */
  dcgan: { generatorFilters: 64, discriminatorFilters: 64, residual: false },
  /**
   * 32×32 for toy data, tests and slow backends; not of the paper. D is the weaker one, as with the authors' filters.
   * It learns well at a learning rate of 1e-3.
   */
  tiny: {
    imageSize: 32,
    generatorFilters: 32,
    discriminatorFilters: 16,
    projectedDim: 64,
    residual: false,
    emaHalfLife: 500,
  },
} as const satisfies Record<string, GanClsOverrides>;

export type PresetName = keyof typeof PRESETS;

/** The resolved configuration of a preset, with `overrides` on top. */
export function presetConfig(name: PresetName, overrides: GanClsOverrides = {}): GanClsConfig {
  return resolveConfig({ ...PRESETS[name], ...overrides });
}
