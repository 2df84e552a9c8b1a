/** Starts the engine that T2I_CONFORMANCE_ENGINE names before the tests of models, which take their backend from T2I_TEST_BACKEND. */

import { selectBackend } from '@t2i/backend';
import type { EngineName } from '../src/engines.ts';

const { tfjsName } = await selectBackend({ prefer: process.env.T2I_CONFORMANCE_ENGINE as EngineName });
process.env.T2I_TEST_BACKEND = tfjsName;
