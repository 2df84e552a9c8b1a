/** Points tfjs-core's tests at the backend that T2I_CONFORMANCE_BACKEND names. Imported before any test. */

import { assert } from '@t2i/core';
import { registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util.js';
import '../src/index.ts';
import { GuardedBackend } from './guarded-backend.ts';

const name = process.env.T2I_CONFORMANCE_BACKEND;
assert(name === 'cpu' || name === 'native', `T2I_CONFORMANCE_BACKEND is "${name}"`);

removeBackend('native');
registerBackend('native', () => new GuardedBackend());

setTestEnvs([{ name, backendName: name, isDataSync: true }]);
