/** One line on a terminal that is updated in place; silent when the output is not a terminal. */

const REDRAW_INTERVAL = 100; // ms

export function statusLine(stream: NodeJS.WriteStream = process.stderr) {
  let drawnAt = 0;
  return {
    isTerminal: stream.isTTY === true,
    /** @param last show it even if the previous update was just now */
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
