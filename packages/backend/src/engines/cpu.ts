/** The engine `cpu`: plain JavaScript. Always there; for tests, and where nothing else runs. */

import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { backend } from '@tensorflow/tfjs-core';
import { silenceBanner } from '../cpu-banner.ts';
import { activate, type Engine } from '../engine.ts';

export const cpu: Engine = {
  async start() {
    const { version_cpu } = await import('@tensorflow/tfjs-backend-cpu');
    await activate('cpu');
    silenceBanner(backend() as MathBackendCPU);
    return { tfjsName: 'cpu', version: version_cpu, threads: 1 };
  },
};
