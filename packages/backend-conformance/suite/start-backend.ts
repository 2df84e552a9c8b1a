/** Starts the backend that T2I_CONFORMANCE_BACKEND names before the tests of models, which take their backend from T2I_TEST_BACKEND. */

import { selectBackend } from '@t2i/backend';
import type { BackendName } from '../src/backends.ts';

const { tfjsName } = await selectBackend({ prefer: process.env.T2I_CONFORMANCE_BACKEND as BackendName });
process.env.T2I_TEST_BACKEND = tfjsName;
