/** Points tfjs-core's tests at the backend that T2I_CONFORMANCE_BACKEND names. Imported before any test. */

import { assert } from '@t2i/core';
import { registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util.js';
import '../src/index.ts';
import { NativeBackend } from '../src/native-backend.ts';

const name = process.env.T2I_CONFORMANCE_BACKEND;
assert(name === 'cpu' || name === 'native', `T2I_CONFORMANCE_BACKEND is "${name}"`);

// Memory is overwritten as soon as the last tensor on it is gone, so that a kernel or a test that reads it later fails.
removeBackend('native');
registerBackend('native', () => {
  const backend = new NativeBackend();
  backend.pool.poison = true;
  return backend;
});

setTestEnvs([{ name, backendName: name, isDataSync: true }]);
