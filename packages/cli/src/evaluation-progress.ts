/** How far an evaluation is: a status line, or where there is no terminal a line for each set that is done. */

import type { EvaluationProgress } from '@t2i/pipeline';
import type { Output } from './output.ts';
import { statusLine } from './status-line.ts';

export function evaluationProgress(output: Output) {
  const line = statusLine();
  return {
    update({ what, done, total }: EvaluationProgress): void {
      line.show(`${what}: ${done} of ${total}`, done === total);
      if (!line.isTerminal && done === total) output.info(`${what}: ${total}`);
    },
    close: line.close,
  };
}
