/** The backend `cpu`: plain JavaScript. Always there; for tests, and where nothing else runs. */

import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { backend } from '@tensorflow/tfjs-core';
import { activate, type Backend } from '../backend.ts';
import { silenceBanner } from '../cpu-banner.ts';

export const cpu: Backend = {
  async start() {
    const { version_cpu } = await import('@tensorflow/tfjs-backend-cpu');
    await activate('cpu');
    silenceBanner(backend() as MathBackendCPU);
    return { tfjsName: 'cpu', version: version_cpu, threads: 1 };
  },
};
