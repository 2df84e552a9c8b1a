/** All backends by name. */

import type { Backend, BackendName } from './backend.ts';
import { cpu } from './backends/cpu.ts';
import { native } from './backends/native.ts';
import { node, nodeGpu } from './backends/tensorflow.ts';
import { wasm } from './backends/wasm.ts';
import { webgpu } from './backends/webgpu.ts';

export const BACKENDS: Readonly<Record<BackendName, Backend>> = {
  native,
  'node-gpu': nodeGpu,
  node,
  webgpu,
  wasm,
  cpu,
};

export const BACKEND_NAMES = Object.keys(BACKENDS) as BackendName[];
