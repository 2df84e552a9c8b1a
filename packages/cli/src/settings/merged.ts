/** Configurations laid over one another. */

/** Part of a configuration. */
export type Section = Readonly<Record<string, unknown>>;

/** `above` over `below`, section by section. An alternative of another `kind` replaces the whole section. */
export function merged(below: unknown, above: unknown): unknown {
  if (!isSection(below) || !isSection(above)) return above;
  if (above.kind !== undefined && above.kind !== below.kind) return above;
  const names = Object.keys(above);
  return { ...below, ...Object.fromEntries(names.map((name) => [name, merged(below[name], above[name])])) };
}

const isSection = (value: unknown): value is Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
