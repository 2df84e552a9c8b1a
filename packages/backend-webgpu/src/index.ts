export type { WebgpuBackend } from './correct-backend.ts';
export { correctBackend } from './correct-backend.ts';
export type { WebgpuOptions } from './start-webgpu.ts';
export { startWebgpu } from './start-webgpu.ts';
