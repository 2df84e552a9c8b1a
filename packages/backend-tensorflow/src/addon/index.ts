export type { BuiltAddon } from './build-addon.ts';
export { buildAddon } from './build-addon.ts';
export type { CheckedBackend } from './check-backend.ts';
export { checkBackend } from './check-backend.ts';
