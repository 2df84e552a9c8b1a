export type { BuiltAddon } from './build-addon.ts';
export { buildAddon } from './build-addon.ts';
export type { CheckedEngine } from './check-engine.ts';
export { checkEngine } from './check-engine.ts';
export type { TensorflowEngine } from './tfjs-node-package.ts';
