/** The embedding of a caption does not depend on the other captions, on backends that choose their algorithms by the size of a pass. */

import '@t2i/backend-native';
import '@tensorflow/tfjs-backend-cpu';
import { isNativeAvailable } from '@t2i/backend-native';
import { Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { CharCnnRnn } from './char-cnn-rnn.ts';

const WORDS = 'this flower has petals that are pink white yellow with a centre and long stamens'.split(' ');
const rng = new Rng(5);
const captions = Array.from({ length: 24 }, () =>
  Array.from({ length: 2 + rng.integer(18) }, () => rng.pick(WORDS)).join(' '),
);

describe.each(['native', 'cpu'])('on %s', (backend) => {
  const count = backend === 'native' ? 24 : 3; // each takes a second there

  it.skipIf(backend === 'native' && !isNativeAvailable())(
    'a caption has the same embedding alone, in any company and in any order',
    { timeout: 300_000 },
    async () => {
      await tf.setBackend(backend);
      const encoder = await CharCnnRnn.pretrained('oxford-102');
      const some = captions.slice(0, count);
      const alone = new Map<string, Float32Array>();
      for (const caption of some) alone.set(caption, (await encoder.encode([caption])).data);
      for (const company of [some, some.toReversed(), some.slice(1), some.slice(0, 2)]) {
        const { data } = await encoder.encode(company);
        company.forEach((caption, i) => {
          expect(data.subarray(i * encoder.dim, (i + 1) * encoder.dim)).toEqual(alone.get(caption));
        });
      }
      encoder.dispose();
    },
  );
});
