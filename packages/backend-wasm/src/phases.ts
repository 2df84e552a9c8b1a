/** The index arithmetic of a reversed strided convolution along one axis: the taps of each phase and their positions. */

/** One axis of a convolution: out[o] = Σ_k x[o·stride + k − before] · filter[k]. */
export interface Axis {
  /** Length of x. */
  readonly size: number;
  /** Length of the output. */
  readonly outputs: number;
  /** Length of the filter. */
  readonly taps: number;
  readonly stride: number;
  /** Padding before x. */
  readonly before: number;
}

/** The positions h = m·stride + position of x, m = 0 … count − 1: dx[h] = Σ_j dy[m + offset − j] · filter[first + j·stride]. */
export interface Phase {
  readonly stride: number;
  readonly position: number;
  readonly count: number;
  readonly first: number;
  /** The number of taps that reach this phase; 0 if the stride steps over it. */
  readonly taps: number;
  readonly offset: number;
}

/** The phases of an axis, at most `stride`. */
export function phasesOf({ size, taps, stride, before }: Axis): Phase[] {
  return Array.from({ length: Math.min(stride, size) }, (_, position) => {
    const first = (position + before) % stride;
    return {
      stride,
      position,
      count: Math.ceil((size - position) / stride),
      first,
      taps: Math.max(0, Math.ceil((taps - first) / stride)),
      offset: Math.floor((position + before) / stride),
    };
  });
}

/** A convolution of dy with stride 1 that covers some phases: z[u] = Σ_t dy[u + t − before] · window[t]. */
export interface Window {
  readonly taps: number;
  /** Padding before and after dy. */
  readonly before: number;
  readonly after: number;
  /** Length of z. */
  readonly length: number;
}

/** The smallest window for all of `phases`, each with at least one tap. */
export function windowOf(phases: readonly Phase[], { outputs }: Axis): Window {
  const taps = Math.max(...phases.map((phase) => phase.taps));
  const before = Math.max(0, ...phases.map((phase) => phase.taps - 1 - phase.offset));
  const reach = Math.max(...phases.map((phase) => phase.count + shiftOf(phase, before)));
  const after = Math.max(0, reach + taps - 1 - before - outputs);
  return { taps, before, after, length: outputs + before + after - taps + 1 };
}

/** The start of a phase in z of a window padded by `before`: dx[m·stride + position] = z[m + shift], its tap j at t = taps − 1 − j. */
export function shiftOf({ offset, taps }: Phase, before: number): number {
  return offset - taps + 1 + before;
}
