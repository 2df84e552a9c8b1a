export type { BackendFacts, StartBackend } from './backend.ts';
export { activate } from './backend.ts';
export type { Environment, ImportModule } from './environment.ts';
export { environment } from './environment.ts';
export { loadOptional } from './load-optional.ts';
export { countTensors, withoutLeaks } from './memory.ts';
export { replaceKernel } from './replace-kernel.ts';
export { silenceBanner } from './silence-banner.ts';
export { isSoftwareAdapter } from './software-adapter.ts';
