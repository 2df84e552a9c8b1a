/** All engines by name. */

import type { Engine, EngineName } from './engine.ts';
import { cpu } from './engines/cpu.ts';
import { native } from './engines/native.ts';
import { node, nodeGpu } from './engines/tensorflow.ts';
import { wasm } from './engines/wasm.ts';
import { webgpu } from './engines/webgpu.ts';

export const ENGINES: Readonly<Record<EngineName, Engine>> = { native, 'node-gpu': nodeGpu, node, webgpu, wasm, cpu };

export const ENGINE_NAMES = Object.keys(ENGINES) as EngineName[];
