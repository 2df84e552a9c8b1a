/** The convolutions of the presets, as shapes: what `pnpm bench kernels` measures and the train step consists of. */

/** One convolution; a transposed one is listed as the convolution that it is the gradient of. */
export interface Convolution {
  readonly name: string;
  /** Height and width of the larger side: the convolution's input. */
  readonly size: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: 1 | 2;
  readonly pad: 'same' | 'valid';
}

/** Filters as `PRESETS` of @t2i/gan-cls has them. */
export const NETWORKS = {
  dcgan: { generatorFilters: 64, discriminatorFilters: 64, residual: false },
  reed2016: { generatorFilters: 128, discriminatorFilters: 64, residual: true },
} as const;

/** A preset that can be measured. */
export type BenchPreset = keyof typeof NETWORKS;

/** Length of z and of the projected embedding together, and of the latter. */
const LATENT_DIM = 228;
const PROJECTED_DIM = 128;

function bottleneck(name: string, size: number, channels: number, inner: number): Convolution[] {
  const common = { size, stride: 1, pad: 'same' } as const;
  return [
    { ...common, name: `${name} 1×1`, inChannels: channels, outChannels: inner, kernel: 1 },
    { ...common, name: `${name} 3×3 in`, inChannels: inner, outChannels: inner, kernel: 3 },
    { ...common, name: `${name} 3×3 out`, inChannels: inner, outChannels: channels, kernel: 3 },
  ];
}

const halving = { kernel: 4, stride: 2, pad: 'same' } as const;

/** Every convolution of a preset's generator and discriminator. */
export function convolutionsOf(preset: BenchPreset): Convolution[] {
  const { generatorFilters: g, discriminatorFilters: d, residual } = NETWORKS[preset];
  const stem = { size: 4, kernel: 4, stride: 1, pad: 'valid' } as const;
  return [
    { ...stem, name: 'G 1→4', inChannels: 8 * g, outChannels: LATENT_DIM },
    ...(residual ? bottleneck('G 4', 4, 8 * g, 2 * g) : []),
    { ...halving, name: 'G 4→8', size: 8, inChannels: 4 * g, outChannels: 8 * g },
    ...(residual ? bottleneck('G 8', 8, 4 * g, g) : []),
    { ...halving, name: 'G 8→16', size: 16, inChannels: 2 * g, outChannels: 4 * g },
    { ...halving, name: 'G 16→32', size: 32, inChannels: g, outChannels: 2 * g },
    { ...halving, name: 'G 32→64', size: 64, inChannels: 3, outChannels: g },
    { ...halving, name: 'D 64→32', size: 64, inChannels: 3, outChannels: d },
    { ...halving, name: 'D 32→16', size: 32, inChannels: d, outChannels: 2 * d },
    { ...halving, name: 'D 16→8', size: 16, inChannels: 2 * d, outChannels: 4 * d },
    { ...halving, name: 'D 8→4', size: 8, inChannels: 4 * d, outChannels: 8 * d },
    ...(residual ? bottleneck('D 4', 4, 8 * d, 2 * d) : []),
    { ...stem, name: 'D joint', kernel: 1, inChannels: 8 * d + PROJECTED_DIM, outChannels: 8 * d },
    { ...stem, name: 'D score', inChannels: 8 * d, outChannels: 1 },
  ];
}

/** Height and width of the smaller side: the convolution's output. */
export function outSize({ size, kernel, stride, pad }: Convolution): number {
  return pad === 'same' ? Math.ceil(size / stride) : Math.floor((size - kernel) / stride) + 1;
}

/** Floating-point operations of one pass (forward, or one of the two gradients) over a batch, as the direct method counts them. */
export function flopsOf(conv: Convolution, batch: number): number {
  return 2 * batch * outSize(conv) ** 2 * conv.kernel ** 2 * conv.inChannels * conv.outChannels;
}

/** FLOP of one training step at `mismatch: 'text'`: G counts 3 forward passes, D's trunk 7, its head 11 (see `trainStep`). */
export function stepFlops(preset: BenchPreset, batch: number): number {
  return convolutionsOf(preset).reduce((total, conv) => {
    const passes = conv.name.startsWith('G') ? 3 : /joint|score/.test(conv.name) ? 11 : 8;
    return total + passes * flopsOf(conv, batch);
  }, 0);
}
