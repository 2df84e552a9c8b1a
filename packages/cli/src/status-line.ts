/** One line on a terminal that is written over again and again; silent when the output is no terminal. */

const REDRAW_INTERVAL = 100; // ms

export function statusLine(stream: NodeJS.WriteStream = process.stderr) {
  let drawnAt = 0;
  return {
    isTerminal: stream.isTTY === true,
    /** @param last draw it however little time has passed */
    show(text: string, last: boolean): void {
      const now = performance.now();
      if (!stream.isTTY || (now - drawnAt < REDRAW_INTERVAL && !last)) return;
      drawnAt = now;
      stream.write(`\r\u001b[2K${text}`);
    },
    close(): void {
      if (drawnAt > 0) stream.write('\r\u001b[2K');
      drawnAt = 0;
    },
  };
}
