/** A record without a prototype: `__proto__` and `constructor` are names like any other. */
export function emptyRecord<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}
