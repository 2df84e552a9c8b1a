/** Named tensors with text metadata: what a checkpoint, an encoder or a cache is made of. */

export type TensorData = Float32Array | Float64Array | Int32Array | Uint8Array | Uint16Array;

/** Element type by its safetensors name. `F16` data is held as raw bits in a `Uint16Array`. */
export type Dtype = 'F32' | 'F64' | 'I32' | 'U8' | 'F16';

export interface NamedTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export interface StateDict {
  readonly tensors: Readonly<Record<string, NamedTensor>>;
  /** Free text, for instance a format version or a configuration as JSON. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A float32 tensor of a state dict. */
export function float32Tensor(shape: readonly number[], data: Float32Array): NamedTensor {
  return { dtype: 'F32', shape, data };
}
