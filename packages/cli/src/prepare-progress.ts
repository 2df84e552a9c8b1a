/** The status line of downloads and packing. */

import type { PrepareProgress } from '@t2i/dataset/node';
import { statusLine } from './status-line.ts';

export function prepareProgress() {
  const line = statusLine();
  return {
    update({ stage, name, done, total }: PrepareProgress): void {
      const amount = (n: number) => (stage === 'download' ? `${(n / 2 ** 20).toFixed(1)} MB` : `${n}`);
      const of = total === undefined ? '' : ` of ${amount(total)}`;
      line.show(`${stage} ${name}: ${amount(done)}${of}`, done === total);
    },
    close: line.close,
  };
}
