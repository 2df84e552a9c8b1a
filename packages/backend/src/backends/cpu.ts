/** The backend `cpu`: plain JavaScript, for tests and as the last resort. */

import { activate, type BackendFacts, silenceBanner } from '@t2i/backend-utils';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { backend } from '@tensorflow/tfjs-core';

export async function startCpu(): Promise<BackendFacts> {
  const { version_cpu } = await import('@tensorflow/tfjs-backend-cpu');
  await activate('cpu');
  silenceBanner(backend() as MathBackendCPU);
  return { tfjsName: 'cpu', version: version_cpu, threads: 1 };
}
