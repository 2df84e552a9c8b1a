/**
 * Records programs with less work on the CPU, which has more of it in a training step than a fast card. A step runs the same programs
 * on the same sizes repeatedly, so the backend's small buffers of sizes (uniforms) and its lists of buffers (bind groups) are kept.
 */

import type { TensorInfo } from '@tensorflow/tfjs-core';
import { env, util } from '@tensorflow/tfjs-core';

/** Number of programs submitted to the card at once. The backend's own 15 cost more time, and many more keep disposed tensors for longer. */
const PROGRAMS_AT_ONCE = 32;
/** Maximum number of kept objects of each kind; then all are dropped. A step needs some hundreds, and the first steps use other buffers than later ones. */
const MOST_KEPT = 16_384;

interface Pipeline {
  getBindGroupLayout(index: number): object;
}

interface Pass {
  setPipeline(pipeline: Pipeline): void;
  setBindGroup(index: number, bindGroup: object): void;
  dispatchWorkgroups(x: number, y: number, z: number): void;
}

/** A compiled program. */
interface Compiled {
  readonly pipeline: Pipeline;
  readonly dispatch: readonly [number, number, number];
  readonly outputShape: readonly number[];
  /** Whether it has uniforms for the number of results and for how many are computed at once. */
  readonly size?: boolean;
  readonly outputComponent?: number;
  /** Programs that read images have bindings of another kind. */
  readonly pixelsOpType?: unknown;
}

interface Uniform {
  readonly type: 'int32' | 'float32' | 'uint32';
  readonly data: readonly number[];
}

type RecordProgram = (
  program: Compiled,
  output: TensorInfo,
  inputs: readonly TensorInfo[],
  uniforms?: readonly Uniform[] | null,
) => void;

interface Binding {
  readonly buffer: object;
}

/** The part of tfjs's backend used here. */
export interface Recorder {
  recordAndSubmit: RecordProgram;
  makeUniforms(this: UniformMaker, uniforms: readonly Uniform[]): Binding;
  readonly device: {
    createBuffer(options: { size: number; usage: number }): object;
    createBindGroup(options: { layout: object; entries: readonly { binding: number; resource: Binding }[] }): object;
  };
  readonly queue: object;
  readonly bufferManager: BufferManager;
  /** Set while programs are being timed. */
  readonly activeTimers?: unknown;
  readonly tensorMap: { get(dataId: object): { readonly resource: object } };
  readonly commandQueueOwnedIds: WeakSet<object>;
  ensureCommandEncoderReady(): void;
  readonly commandEncoder: { beginComputePass(): Pass };
  computePassEncoder: Pass | null;
  dispatchCountInPass: number;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

interface BufferManager {
  releaseBuffer(buffer: SizedBuffer, reuse?: boolean): void;
  /** Free buffers by size and usage, the next one to use last. */
  readonly freeBuffers: Map<string, SizedBuffer[]>;
}

interface SizedBuffer {
  readonly size: number;
  readonly usage: number;
}

/** The fields that the backend's `makeUniforms` uses. */
interface UniformMaker {
  readonly bufferManager: { acquireBuffer(size: number, usage: number): object };
  readonly queue: object;
  readonly uniformPendingDisposal: object[];
}

export function recordQuickly(backend: Recorder): void {
  env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', PROGRAMS_AT_ONCE);
  const original = backend.recordAndSubmit.bind(backend);
  const { makeUniforms } = backend;
  const maker: UniformMaker = {
    bufferManager: { acquireBuffer: (size, usage) => backend.device.createBuffer({ size, usage }) }, // never a reused one
    queue: backend.queue,
    uniformPendingDisposal: [],
  };
  const uniformsOf = new Kept<Binding>();
  const bindGroupOf = new Kept<object>();
  const numberOf = new Numbers();
  useLowestFirst(backend.bufferManager, numberOf);

  backend.recordAndSubmit = (program, output, inputs, more) => {
    const uniforms = more ?? [];
    if (backend.activeTimers != null || program.pixelsOpType != null)
      return original(program, output, inputs, uniforms);
    const { pipeline, dispatch } = program;
    const tensors = [...inputs, output];
    const prefix = `${numberOf.get(pipeline)}|${program.size ? program.outputShape : ''}`;
    const uniformKey = `${prefix}|${tensors.map(({ shape }) => shape).join(';')}|${uniforms.map(({ data }) => data).join(';')}`;
    const binding = uniformsOf.get(uniformKey, () => makeUniforms.call(maker, uniformsFor(program, tensors, uniforms)));
    const buffers = tensors.map(({ dataId }) => backend.tensorMap.get(dataId).resource);
    const bindGroup = bindGroupOf.get(
      `${numberOf.get(binding)}:${buffers.map((buffer) => numberOf.get(buffer))}`,
      () => {
        const resources = [buffers.at(-1)!, ...buffers.slice(0, -1)].map((buffer) => ({ buffer }));
        return backend.device.createBindGroup({
          layout: pipeline.getBindGroupLayout(0),
          entries: [...resources, binding].map((resource, binding) => ({ binding, resource })),
        });
      },
    );
    for (const { dataId } of tensors) backend.commandQueueOwnedIds.add(dataId);
    backend.ensureCommandEncoderReady();
    backend.computePassEncoder ??= backend.commandEncoder.beginComputePass();
    const pass = backend.computePassEncoder;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...dispatch);
    if (++backend.dispatchCountInPass < env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')) return;
    backend.endComputePassEncoder();
    backend.submitQueue();
  };
}

/**
 * Reuses the free buffer that was made first. The backend reuses the one that was freed last, which assigns the
 * buffers to the tensors anew in every step. This way a step uses the buffers of an earlier one, and with them its bind groups.
 */
function useLowestFirst(manager: BufferManager, numberOf: Numbers): void {
  const release = manager.releaseBuffer.bind(manager);
  manager.releaseBuffer = (buffer, reuse = true) => {
    release(buffer, reuse);
    const free = reuse ? manager.freeBuffers.get(`${buffer.size}_${buffer.usage}`) : undefined;
    if (free?.at(-1) !== buffer) return;
    const number = numberOf.get(buffer);
    let place = free.length - 1;
    for (; place > 0 && numberOf.get(free[place - 1]!) < number; place--) free[place] = free[place - 1]!;
    free[place] = buffer;
  };
}

/** In the order of the structure that the backend declares in every program. */
function uniformsFor(program: Compiled, tensors: readonly TensorInfo[], more: readonly Uniform[]): Uniform[] {
  const int32 = (data: readonly number[]): Uniform => ({ type: 'int32', data });
  const count = util.sizeFromShape([...program.outputShape]) / (program.outputComponent || 1);
  return [
    { type: 'float32', data: [Number.NaN] },
    { type: 'float32', data: [Number.POSITIVE_INFINITY] },
    ...tensors.flatMap(({ shape }) => [int32(shape), int32(util.computeStrides(shape))]),
    ...(program.size ? [int32([count])] : []),
    ...more.map(({ type, data }) => ({ type, data })), // the backend writes into them
  ];
}

/** Values by key. */
class Kept<T> {
  readonly #things = new Map<string, T>();

  get(key: string, make: () => T): T {
    const found = this.#things.get(key);
    if (found !== undefined) return found;
    if (this.#things.size >= MOST_KEPT) this.#things.clear();
    const made = make();
    this.#things.set(key, made);
    return made;
  }
}

/** Numbers for objects, for use in keys. A number is given only once: a replacement for an object has a new one. */
class Numbers {
  readonly #numbers = new WeakMap<object, number>();
  #next = 0;

  get(thing: object): number {
    let number = this.#numbers.get(thing);
    if (number === undefined) {
      number = this.#next++;
      this.#numbers.set(thing, number);
    }
    return number;
  }
}
