/** Named tensors with text metadata: the content of checkpoints, encoders and caches. */

export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

/**
 * Element type by its safetensors name. `F16` and `BF16` data is stored as raw bits in a `Uint16Array`, `BOOL` as 0 and 1 in
 * a `Uint8Array`, `I64` and `U64` as the same numbers in a `Float64Array`. Networks here compute with F32 and F16; the
 * other types are for files of other programs.
 */
export type Dtype =
  | 'F64'
  | 'F32'
  | 'F16'
  | 'BF16'
  | 'I64'
  | 'I32'
  | 'I16'
  | 'I8'
  | 'U64'
  | 'U32'
  | 'U16'
  | 'U8'
  | 'BOOL';

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
