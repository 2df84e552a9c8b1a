/** Assertions that only a programming error can break. Their messages contain the numbers. */

/** Throws if `condition` is false. It is for bugs; a user's mistake is a `T2iError`. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${message}`);
}

/** The number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Throws unless `data` has exactly as many elements as `shape`. */
export function assertShape(what: string, data: { length: number }, shape: readonly number[]): void {
  assert(
    data.length === sizeOf(shape),
    `${what} has ${data.length} elements, its shape [${shape.join(', ')}] needs ${sizeOf(shape)}`,
  );
}
