/** The tensors in PyTorch's pickles, which view storages outside of the pickle. */

import type { Dtype } from '@t2i/core';
import { MalformedError } from '../malformed-error.ts';
import { PickleGlobal } from '../pickle/machine.ts';
import { PYTHON_GLOBALS } from '../pickle/python-globals.ts';
import { extentOf, type StridedView } from '../strided-tensor.ts';

export interface TorchStorage {
  readonly key: string;
  readonly dtype: Dtype;
  /** Elements. */
  readonly length: number;
}

/** A tensor of an open file. Its numbers are read on demand. */
export class TorchTensor implements StridedView {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: unknown, offset: unknown, shape: unknown, strides: unknown) {
    if (!(storage instanceof StorageReference) || !Array.isArray(shape) || !Array.isArray(strides)) {
      throw new MalformedError('a tensor in it has no storage or no shape');
    }
    this.storage = storage;
    this.offset = offset as number;
    this.shape = shape;
    this.strides = strides;
    extentOf(this, storage.length); // checks all of them
  }

  get dtype(): Dtype {
    return this.storage.dtype;
  }
}

class StorageReference implements TorchStorage {
  readonly key: string;
  readonly dtype: Dtype;
  readonly length: number;

  constructor(key: string, dtype: Dtype, length: number) {
    this.key = key;
    this.dtype = dtype;
    this.length = length;
  }
}

class StorageType extends PickleGlobal {
  readonly dtype: Dtype;

  constructor(dtype: Dtype) {
    super();
    this.dtype = dtype;
  }
}

/**
 * The storage of a persistent id: ('storage', type, key, device, elements), in the legacy format followed by a view.
 * @throws MalformedError if it is anything else
 */
export function storageOf(id: unknown): TorchStorage {
  const [kind, type, key, , length, view] = Array.isArray(id) ? id : [];
  const valid = kind === 'storage' && typeof key === 'string' && Number.isSafeInteger(length) && length >= 0;
  if (!valid) throw new MalformedError('it refers to something that is not a storage');
  if (!(type instanceof StorageType)) throw new MalformedError('it has a storage of an unknown type');
  if (view !== undefined && view !== null) {
    throw new MalformedError('it has a view of a storage', 'Save the state dict with PyTorch 1.6 or later.');
  }
  return new StorageReference(key, type.dtype, length);
}

const STORAGES: readonly (readonly [name: string, dtype: Dtype])[] = [
  ['Double', 'F64'],
  ['Float', 'F32'],
  ['Half', 'F16'],
  ['BFloat16', 'BF16'],
  ['Long', 'I64'],
  ['Int', 'I32'],
  ['Short', 'I16'],
  ['Char', 'I8'],
  ['Byte', 'U8'],
  ['Bool', 'BOOL'],
];
/** Element types, which some checkpoints store beside their tensors. */
const DTYPES = 'float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool'.split(' ');

const tensor = ([storage, offset, shape, strides]: readonly unknown[]) =>
  new TorchTensor(storage, offset, shape, strides);
const first = ([value]: readonly unknown[]) => value;

export const TORCH_GLOBALS: ReadonlyMap<string, PickleGlobal> = new Map<string, PickleGlobal>([
  ...PYTHON_GLOBALS,
  ...STORAGES.map(([name, dtype]) => [`torch.${name}Storage`, new StorageType(dtype)] as const),
  ...DTYPES.map((name) => [`torch.${name}`, new PickleGlobal()] as const),
  ['torch._utils._rebuild_tensor', new PickleGlobal(tensor)],
  ['torch._utils._rebuild_tensor_v2', new PickleGlobal(tensor)],
  ['torch._utils._rebuild_parameter', new PickleGlobal(first)],
  ['torch._utils._rebuild_parameter_with_state', new PickleGlobal(first)],
  ['torch.Size', new PickleGlobal(first)],
  ['torch.device', new PickleGlobal((args) => args.join(':'))],
]);

export const SAVE_STATE_DICT = 'Save the weights alone in Python: torch.save(model.state_dict(), "weights.pth").';
