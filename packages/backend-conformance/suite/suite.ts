/** What is bundled and run: tfjs-core's own tests, every operation and gradient, and all backends, on one copy of tfjs-core. */

import './boot-jasmine.ts';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import './use-backend.ts';
import '@tensorflow/tfjs-core/dist/tests.js';
import './report.ts';
