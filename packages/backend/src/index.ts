export type { BackendFacts, BackendName, BackendOptions, WasmPaths } from './backend.ts';
export { BACKEND_NAMES } from './backends.ts';
export type { Environment } from './environment.ts';
export { environment } from './environment.ts';
export type { BackendReport, InspectBackendsOptions } from './inspect-backends.ts';
export { inspectBackends } from './inspect-backends.ts';
export { countTensors, withoutLeaks } from './memory.ts';
export type { BackendChoice, SelectBackendOptions } from './select-backend.ts';
export { describeChoice, selectBackend, selectBackendIn } from './select-backend.ts';
