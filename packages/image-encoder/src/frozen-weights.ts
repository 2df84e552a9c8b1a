/** Weights of a frozen network on the backend. Checks their shapes and hashes their bytes. */

import { expectTensors, fnv1a, type StateDict } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';

export class FrozenWeights {
  /** Hash of all bytes in the order of the shapes. */
  readonly hash: string;
  readonly #tensors: ReadonlyMap<string, tf.Tensor>;

  /** @throws CheckpointError that names the first tensor that is missing, unknown or of another shape */
  constructor({ tensors }: StateDict, shapes: ReadonlyMap<string, readonly number[]>) {
    expectTensors(new Map([...shapes].map(([name, shape]) => [name, { dtype: 'F32', shape }])), tensors);
    const ordered = [...shapes.keys()].map((name) => [name, tensors[name]!] as const);
    this.hash = fnv1a(...ordered.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
    this.#tensors = new Map(
      ordered.map(([name, { data, shape }]) => [name, tf.tensor(data as Float32Array, [...shape])]),
    );
  }

  get(name: string): tf.Tensor {
    return this.#tensors.get(name)!;
  }

  dispose(): void {
    tf.dispose([...this.#tensors.values()]);
  }
}
