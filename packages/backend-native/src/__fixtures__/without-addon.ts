/** What a program sees where the addon does not exist; `availability.test.ts` runs it. */

import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { isNativeAvailable, nativeStatus } from '../index.ts';

await tf.ready();
const sum = tf.sum(tf.ones([3])).dataSync()[0];
console.log(JSON.stringify({ available: isNativeAvailable(), status: nativeStatus(), backend: tf.getBackend(), sum }));
