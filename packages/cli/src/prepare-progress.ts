/** One status line for downloads and packing; silent when the output is no terminal. */

import type { PrepareProgress } from '@t2i/dataset/node';

const REDRAW_INTERVAL = 100; // ms

export function prepareProgress(stream: NodeJS.WriteStream = process.stderr) {
  let drawnAt = 0;
  return {
    update({ stage, name, done, total }: PrepareProgress): void {
      const now = performance.now();
      if (!stream.isTTY || (now - drawnAt < REDRAW_INTERVAL && done !== total)) return;
      drawnAt = now;
      const amount = (n: number) => (stage === 'download' ? `${(n / 2 ** 20).toFixed(1)} MB` : `${n}`);
      const of = total === undefined ? '' : ` of ${amount(total)}`;
      stream.write(`\r\u001b[2K${stage} ${name}: ${amount(done)}${of}`);
    },
    close(): void {
      if (drawnAt > 0) stream.write('\r\u001b[2K');
      drawnAt = 0;
    },
  };
}
