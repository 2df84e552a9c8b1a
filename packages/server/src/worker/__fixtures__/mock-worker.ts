/** A thread that paints with the mock model, or fails as it is told. */

import { CheckpointError } from '@t2i/core';
import { mockPainter } from '../../test-support.ts';
import { paintForParent } from '../paint-for-parent.ts';

await paintForParent(async (data, warn) => {
  const { revision } = data as { revision: string };
  if (revision === 'missing') throw new CheckpointError('There is no checkpoint.', { hint: 'Train first.' });
  if (revision === 'broken') throw new TypeError('x is not a function');
  if (revision === 'old') warn('the newest checkpoint is damaged');
  const painter = await mockPainter({ revision });
  return {
    ...painter,
    async paint(cells) {
      if (cells[0]!.caption === 'crash') process.exit(3);
      if (cells[0]!.caption === 'fail') throw new Error('out of memory');
      return painter.paint(cells);
    },
  };
});
