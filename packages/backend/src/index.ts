export type { BackendFacts, Environment } from '@t2i/backend-utils';
export { environment } from '@t2i/backend-utils';
export type { WasmPaths } from '@t2i/backend-wasm';
export type { BackendName, BackendOptions, BrowserBackend } from './backends.ts';
export { NODE_BACKENDS } from './backends.ts';
export type { BackendReport, InspectBackendsOptions } from './inspect-backends.ts';
export { inspectBackends } from './inspect-backends.ts';
export type { BackendChoice, SelectBackendOptions } from './select-backend.ts';
export { describeChoice, selectBackend, selectBackendIn } from './select-backend.ts';
