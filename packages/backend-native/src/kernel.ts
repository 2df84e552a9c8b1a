/** The definition of a kernel of this backend, and the gate in front of each kernel. */

import { assert } from '@t2i/core';
import type { KernelConfig, KernelFunc, NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { getKernel } from '@tensorflow/tfjs-core';
import { KernelError } from './kernel-error.ts';
import type { NativeBackend } from './native-backend.ts';

/** The name under which the backend is registered with tfjs. */
export const BACKEND_NAME = 'native';

/** tfjs-core declares every input as possibly undefined; only those with a question mark are optional. */
type Present<Inputs> = { readonly [Name in keyof Inputs]: NonNullable<Inputs[Name]> };

/** The arguments of a shape rule; `Inputs` and `Attrs` are the types that tfjs-core declares for the kernel. */
export interface RuleCall<Inputs, Attrs = object> {
  readonly inputs: Present<Inputs>;
  readonly attrs: Attrs;
}

/**
 * The shape rule of a kernel, for every type of element: it computes the sizes that `compute` may rely on from the shapes of its inputs and its attributes.
 * It refuses invalid arguments, see `kernel-error.ts`; it allocates and calls nothing.
 */
export type ShapeRule<Inputs, Attrs, Plan> = (call: RuleCall<Inputs, Attrs>) => Plan;

/** The arguments of a kernel: `plan` is the result of its shape rule. */
export interface KernelCall<Inputs, Attrs = object, Plan = unknown> extends RuleCall<Inputs, Attrs> {
  readonly backend: NativeBackend;
  readonly plan: Plan;
}

type Computation<Inputs, Attrs, Plan> = (call: KernelCall<Inputs, Attrs, Plan>) => TensorInfo | TensorInfo[];

function named(kernel: string, error: unknown): unknown {
  return error instanceof KernelError && error.kernel === undefined ? error.of(kernel) : error;
}

/** Runs the rule. Any error that a missing or mistyped argument causes becomes a `KernelError`. */
function plan<Inputs, Attrs, Plan>(rule: ShapeRule<Inputs, Attrs, Plan>, call: RuleCall<Inputs, Attrs>): Plan {
  try {
    return rule(call);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new KernelError('an input or attribute is missing or of the wrong kind', {
      hint: 'Call the operation of tfjs rather than its kernel.',
      cause: error,
    });
  }
}

/** Returns the outputs, and refuses those that do not hold the elements of their shapes. */
function whole(backend: NativeBackend, outputs: TensorInfo | TensorInfo[]): TensorInfo | TensorInfo[] {
  try {
    backend.checkData('the result', outputs);
    return outputs;
  } catch (error) {
    for (const output of [outputs].flat()) backend.disposeIntermediateTensorInfo(output);
    throw error;
  }
}

/** Checks inputs, rule and outputs. Every kernel runs through this gate. */
function gate<Inputs, Attrs, Plan>(
  kernel: string,
  rule: ShapeRule<Inputs, Attrs, Plan>,
  compute: Computation<Inputs, Attrs, Plan>,
): KernelFunc {
  const gated = (call: KernelCall<Inputs, Attrs>) => {
    const { inputs, attrs, backend } = call;
    try {
      for (const name in inputs) backend.checkData(name, inputs[name] as TensorInfo | TensorInfo[] | null | undefined);
      return whole(backend, compute({ inputs, attrs, backend, plan: plan(rule, call) }));
    } catch (error) {
      throw named(kernel, error);
    }
  };
  return gated as unknown as KernelFunc;
}

/** A kernel for `registerKernels`; `name` as in tfjs-core. */
export function defineKernel<Inputs, Attrs, Plan>(
  name: string,
  rule: ShapeRule<Inputs, Attrs, Plan>,
  compute: Computation<Inputs, Attrs, Plan>,
): KernelConfig {
  return { kernelName: name, backendName: BACKEND_NAME, kernelFunc: gate(name, rule, compute) };
}

/** Runs the cpu backend's kernel of this name on this backend, for dtypes and options that are too rare for native code. */
export function callCpuKernel(
  name: string,
  call: Omit<KernelCall<unknown, unknown>, 'plan'>,
): TensorInfo | TensorInfo[] {
  const kernel = getKernel(name, 'cpu');
  assert(kernel !== undefined && kernel !== null, `the cpu backend has no kernel "${name}"`);
  return kernel.kernelFunc({
    inputs: call.inputs as NamedTensorInfoMap,
    attrs: call.attrs as NamedAttrMap,
    backend: call.backend,
  });
}
