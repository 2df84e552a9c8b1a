/** Checks a state before it is loaded: names, types, shapes, and that all numbers are finite. */

import { CheckpointError } from './errors.ts';
import type { NamedTensor } from './state-dict.ts';

/** Type and shape of a tensor. */
export type TensorKind = Pick<NamedTensor, 'dtype' | 'shape'>;

const HINT =
  'It belongs to another configuration or another model: build the model from the configuration saved with it.';

/** @throws CheckpointError that names the first tensor that is missing, unknown, not finite, or of another type or shape */
export function expectTensors(
  expected: ReadonlyMap<string, TensorKind>,
  tensors: Readonly<Record<string, NamedTensor>>,
): void {
  const describe = ({ dtype, shape }: TensorKind) => `${dtype} [${shape.join(', ')}]`;
  for (const [name, needed] of expected) {
    const found = tensors[name];
    if (found === undefined) throw new CheckpointError(`The checkpoint has no tensor "${name}".`, { hint: HINT });
    if (describe(found) !== describe(needed)) {
      throw new CheckpointError(`The checkpoint's "${name}" is ${describe(found)}, the model's ${describe(needed)}.`, {
        hint: HINT,
      });
    }
  }
  for (const name of Object.keys(tensors)) {
    if (!expected.has(name)) {
      throw new CheckpointError(`The checkpoint has a tensor "${name}" that the model has not.`, { hint: HINT });
    }
  }
  for (const name of expected.keys()) {
    if (allFinite(tensors[name]!)) continue;
    throw new CheckpointError(`The checkpoint's "${name}" holds a value that is not finite.`, {
      hint: 'It is damaged, or its training diverged: get it again, or use an earlier one.',
    });
  }
}

/** Plain loops: a state has tens of millions of values, and a callback for each takes ten times as long. */
function allFinite({ dtype, data }: NamedTensor): boolean {
  if (dtype === 'F16') {
    for (let i = 0; i < data.length; i++) if ((data[i]! & 0x7c00) === 0x7c00) return false;
  } else if (dtype === 'F32' || dtype === 'F64') {
    for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i]!)) return false;
  }
  return true;
}
