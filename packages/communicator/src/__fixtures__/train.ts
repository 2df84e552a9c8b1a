/** The ranks of training.test.ts. */

import { joinThreads } from '../index.ts';
import { trainGan, trainLinear } from './learners.ts';

await joinThreads(async (communicator, learner: 'linear' | 'gan') => {
  const exchange = (gradients: readonly Float32Array[]) => communicator.allReduceMean(gradients);
  const { rank, size } = communicator;
  return learner === 'linear' ? trainLinear(rank, size, exchange) : trainGan(rank, exchange);
});
