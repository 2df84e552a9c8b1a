/** What all training commands share: selecting a backend, a status line, and Ctrl-C, which saves. */

import { selectBackend } from '@t2i/backend';
import { ConsoleProgress, type TrainOptions, type TrainResult } from '@t2i/trainer';
import type { BackendFlag } from './flags.ts';
import { withInterrupt } from './interrupt.ts';
import type { Output } from './output.ts';

export interface TrainingSession {
  readonly runDirectory: string;
  readonly backend: BackendFlag;
  /** What the speed in the status line counts. */
  readonly unit: 'images' | 'steps';
  /** The command that continues the run, without the run's directory. */
  readonly resumeCommand: string;
  readonly output: Output;
}

/** The options of a training that is watched. */
export type Watched = Pick<TrainOptions, 'runDirectory' | 'logger' | 'onStep' | 'signal'>;

/** Trains with a status line. The first Ctrl-C finishes the step and saves; the second kills the process. */
export async function watchTraining(
  { runDirectory, backend, unit, resumeCommand, output }: TrainingSession,
  train: (options: Watched) => Promise<TrainResult>,
): Promise<TrainResult> {
  await selectBackend({ prefer: backend, logger: output, compile: true });
  const progress = new ConsoleProgress({ unit });
  const announce = () => progress.info('Finishing the step and saving; press Ctrl-C again to stop at once');
  try {
    const result = await withInterrupt(announce, (signal) =>
      train({ runDirectory, logger: progress, onStep: progress.update, signal }),
    );
    progress.close();
    output.write(`${result.stopped} at step ${result.step}, epoch ${result.epoch}: ${runDirectory}\n`);
    if (result.stopped !== 'finished') output.info(`Continue with: ${resumeCommand} ${runDirectory}`);
    return result;
  } finally {
    progress.close();
  }
}
