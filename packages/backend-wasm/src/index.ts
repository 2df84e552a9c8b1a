export type { WasmOptions, WasmPaths } from './start-wasm.ts';
export { startWasm } from './start-wasm.ts';
