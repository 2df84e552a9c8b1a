/**
 * Reads Python's pickle as data (Lib/pickletools.py describes the operations). A pickle is a program for a small machine with a stack,
 * and can call any function by name. This machine knows the operations that build data, and the functions that its caller lists.
 * It refuses everything else by name, and never runs code.
 */

import { MalformedError } from '../malformed-error.ts';
import { Machine, REFUSED_HINT, type UnpickleOptions } from './machine.ts';
import { OPERATIONS, REFUSED, STOP } from './operations.ts';
import { PickleBytes } from './pickle-bytes.ts';

export interface Unpickled {
  /** Dictionaries are maps, lists and tuples arrays, bytes `Uint8Array`; texts of Python 2 have one character per byte. */
  readonly value: unknown;
  /** Position of the first byte after the pickle. */
  readonly end: number;
}

/**
 * The value of the pickle that begins at byte `begin`.
 * @throws MalformedError if the pickle is damaged, or needs anything that is not data
 */
export function unpickle(bytes: Uint8Array, options: UnpickleOptions, begin = 0): Unpickled {
  const machine = new Machine(new PickleBytes(bytes, begin), options);
  for (;;) {
    const code = machine.bytes.uint8();
    if (code === STOP) return { value: machine.pop(), end: machine.bytes.position };
    const operation = OPERATIONS.get(code);
    if (operation === undefined) throw refusal(code, machine.bytes.position - 1, options.hint);
    operation(machine);
  }
}

function refusal(code: number, at: number, hint = REFUSED_HINT): MalformedError {
  const name = REFUSED.get(code);
  if (name !== undefined) return new MalformedError(`it uses the operation ${name}`, hint);
  return new MalformedError(`it has the unknown operation 0x${code.toString(16)} at byte ${at}`);
}
