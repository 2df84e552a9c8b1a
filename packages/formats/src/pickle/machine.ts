/** The machine that runs a pickle: a stack with marks, and a memo of values that occur again. */

import { MalformedError } from '../malformed-error.ts';
import type { PickleBytes } from './pickle-bytes.ts';

/** A function or class that a pickle may name. Without `call` it is only a value. */
export class PickleGlobal {
  readonly call: ((args: readonly unknown[]) => unknown) | undefined;

  constructor(call?: (args: readonly unknown[]) => unknown) {
    this.call = call;
  }
}

/** A value whose state follows after its creation. */
export abstract class PickledObject {
  abstract setState(state: unknown): void;
}

export interface UnpickleOptions {
  /** Allowed globals by module and name: `collections.OrderedDict`. */
  readonly globals: ReadonlyMap<string, PickleGlobal>;
  /** The value of an id that refers to data outside of the pickle. */
  readonly persistent?: ((id: unknown) => unknown) | undefined;
  /** How to fix a pickle that needs anything else, one sentence. */
  readonly hint?: string | undefined;
}

export const REFUSED_HINT = 'Only plain data are read. Save numbers, texts, lists, dictionaries and arrays.';

/** Total size of arguments of all calls, relative to the file. Honest files pass each value once. */
const COPIES = 16;
const MIN_BUDGET = 2 ** 16;

function lengthOf(value: unknown): number {
  if (typeof value === 'string' || value instanceof Uint8Array || Array.isArray(value)) return value.length;
  return value instanceof Map || value instanceof Set ? value.size : 0;
}

export class Machine {
  readonly bytes: PickleBytes;
  readonly options: UnpickleOptions;
  readonly memo = new Map<number, unknown>();
  readonly #stack: unknown[] = [];
  readonly #marks: number[] = [];
  #budget: number;

  constructor(bytes: PickleBytes, options: UnpickleOptions) {
    this.bytes = bytes;
    this.options = options;
    this.#budget = bytes.size * COPIES + MIN_BUDGET;
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0))
      throw new MalformedError('it takes a value from an empty stack');
    return this.#stack.pop();
  }

  top(): unknown {
    const value = this.pop();
    this.push(value);
    return value;
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** All values since the last mark. */
  popMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw new MalformedError('it goes back to a mark that it never set');
    return this.#stack.splice(mark);
  }

  /** The last `count` values, in order. */
  popSome(count: number): unknown[] {
    const values: unknown[] = [];
    for (let k = 0; k < count; k++) values.unshift(this.pop());
    return values;
  }

  get(index: number): void {
    if (!this.memo.has(index)) throw new MalformedError(`it asks for value ${index}, which it never kept`);
    this.push(this.memo.get(index));
  }

  put(index: number): void {
    this.memo.set(index, this.top());
  }

  global(module: unknown, name: unknown): void {
    const path = `${String(module)}.${String(name)}`;
    const found = this.options.globals.get(path);
    if (found === undefined) {
      throw new MalformedError(
        `it asks for the Python class or function ${JSON.stringify(path.slice(0, 200))}`,
        this.options.hint ?? REFUSED_HINT,
      );
    }
    this.push(found);
  }

  call(): void {
    const args = this.pop();
    const callee = this.pop();
    if (!(callee instanceof PickleGlobal) || callee.call === undefined || !Array.isArray(args)) {
      throw new MalformedError('it calls something that is not a function');
    }
    this.#charge(args);
    this.push(callee.call(args));
  }

  /** Functions copy their arguments, and a memoised value can be passed again and again. */
  #charge(values: readonly unknown[]): void {
    for (const value of values) this.#budget -= 1 + lengthOf(value);
    if (this.#budget < 0) throw new MalformedError(`it copies its data more than ${COPIES} times`);
  }

  build(): void {
    const state = this.pop();
    const target = this.top();
    if (target instanceof Map) return; // attributes of an OrderedDict, such as `_metadata` of PyTorch
    if (!(target instanceof PickledObject)) throw new MalformedError('it sets the state of something that has none');
    this.#charge(Array.isArray(state) ? state : [state]);
    target.setState(state);
  }

  /** A value that the file stores outside of the pickle. */
  persistent(): void {
    const { persistent, hint = REFUSED_HINT } = this.options;
    if (persistent === undefined) throw new MalformedError('it uses the operation BINPERSID', hint);
    this.push(persistent(this.pop()));
  }
}
