/** Prints how many threads the addon gets where the system refuses most, and a product made with them; `exhaustion.test.ts` runs it. */

import { limitThreads } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { nativeFunction } from '../binding.ts';
import '../index.ts';

limitThreads(8);
const threads = nativeFunction<(threads: number) => number>('setThreads')(1024);
tf.setBackend('native');
const product = tf.matMul(tf.ones([200, 300]), tf.ones([300, 200]));
const values = [...new Set(product.dataSync())];
console.log(JSON.stringify({ threads, values }));
process.exit();
