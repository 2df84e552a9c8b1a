/** Finds values in nested data of an untrusted file. It may contain itself, or one part a million times. */

import { MalformedError } from './malformed-error.ts';

const MAX_DEPTH = 1000;
/** Most values to visit. */
const MAX_VALUES = 2 ** 20;
const MAX_NAME_LENGTH = 10_000;

/**
 * The leaves by their keys, joined by dots; list items have their index from 0 as key.
 * Visits maps and arrays; one that contains itself only once.
 * @throws MalformedError if two leaves have the same name, or there are too many levels or values
 */
export function namedLeaves<T>(
  root: unknown,
  isLeaf: (value: unknown) => value is T,
  children: (value: unknown) => Iterable<readonly [unknown, unknown]> | undefined = childrenOf,
): Map<string, T> {
  const leaves = new Map<string, T>();
  const above = new Set<unknown>();
  let seen = 0;
  const visit = (value: unknown, name: string): void => {
    if (name.length > MAX_NAME_LENGTH) throw new MalformedError(`it has a name of ${name.length} characters`);
    if (++seen > MAX_VALUES) throw new MalformedError(`it holds more than ${MAX_VALUES} values`);
    if (isLeaf(value)) {
      if (leaves.has(name)) throw new MalformedError(`it holds ${JSON.stringify(name.slice(0, 100))} twice`);
      leaves.set(name, value);
      return;
    }
    const inner = children(value);
    if (inner === undefined || above.has(value)) return;
    if (above.size >= MAX_DEPTH) throw new MalformedError(`it is nested more than ${MAX_DEPTH} deep`);
    above.add(value);
    for (const [key, child] of inner) {
      if (typeof key === 'string' || typeof key === 'number') visit(child, name === '' ? `${key}` : `${name}.${key}`);
    }
    above.delete(value);
  };
  visit(root, '');
  return leaves;
}

export function childrenOf(value: unknown): Iterable<readonly [unknown, unknown]> | undefined {
  if (value instanceof Map) return value;
  return Array.isArray(value) ? value.entries() : undefined;
}
