export type { ExtraBackend } from './build-program.ts';
export { EXTRA_BACKENDS } from './build-program.ts';
export type { BundlePart } from './parts.ts';
export { partsTable } from './parts.ts';
export type { BundleOptions } from './write-bundle.ts';
export { writeBundle } from './write-bundle.ts';
