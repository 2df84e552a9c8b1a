/** The server's log: one JSON object per line, on stderr. */

import { type DestinationStream, destination, type Logger, pino } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LoggerOptions {
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Default stderr. */
  readonly stream?: DestinationStream;
}

export function createLogger({ level = 'info', stream = destination(2) }: LoggerOptions = {}): Logger {
  return pino({ level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` }, stream);
}
