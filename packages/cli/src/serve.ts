/** Serves models over HTTP until Ctrl-C. */

import { createApp, createLogger, type ListenOptions, type LogLevel, listen, Metrics, ServedModel } from '@t2i/server';
import type { BackendFlag } from './flags.ts';
import { directoryOrFlowers } from './open-model.ts';
import type { Output } from './output.ts';
import { runSource } from './run-source.ts';
import { servedPage } from './served-page.ts';

const WATCH_EVERY = 2000; // ms
/** Milliseconds beyond the deadline of a request: after IDLE a client that reads nothing is cut off, after GRACE a stop ends open requests. */
const IDLE = 90_000;
const GRACE = 1000;
/** Milliseconds. A worker is replaced when its pass outlasts every request's deadline, but slow passes with short deadlines are spared. */
const MIN_PASS_TIMEOUT = 10_000;

/** Served when no run is given. */
const FLOWERS = `flowers=${directoryOrFlowers(undefined)}`;

export interface ServeFlags {
  host: string;
  port: number;
  watch: boolean;
  maxBatch: number;
  maxWait: number;
  maxQueue: number;
  deadline: number;
  rateLimit: number;
  trustProxy: boolean;
  allowedHosts?: string[];
  clientConnections?: number;
  minRate: number;
  cors?: string[];
  page?: string | false;
  download: boolean;
  logLevel: LogLevel;
  logCaptions: boolean;
  backend: BackendFlag;
}

/** @param runs directories, or `name=directory`; none: the included flower model */
export async function serve(runs: readonly string[], flags: ServeFlags, output: Output): Promise<void> {
  const logger = createLogger({ level: flags.logLevel });
  const page = servedPage(flags.page, output);
  const metrics = new Metrics();
  const models: ServedModel[] = [];
  try {
    for (const run of runs.length > 0 ? runs : [FLOWERS]) {
      const { backend, maxBatch: maxRows, download } = flags;
      const passTimeout = Math.max(flags.deadline * 1000, MIN_PASS_TIMEOUT);
      const source = runSource(run, { backend, maxRows, download, passTimeout }, logger);
      const onPass = metrics.passesOf(source.name);
      const { maxWait, maxQueue, watch } = flags;
      models.push(
        await ServedModel.open(source, { maxWait, maxQueue, onPass, watchEvery: watch ? WATCH_EVERY : 0, logger }),
      );
    }
    const limits = { deadline: flags.deadline * 1000 };
    const { rateLimit, trustProxy, allowedHosts = [], cors: corsOrigins = [], logCaptions } = flags;
    const options = { models, metrics, logger, logCaptions, rateLimit, trustProxy, allowedHosts, corsOrigins, limits };
    const app = createApp(page === undefined ? options : { ...options, page });
    const server = await listen(app, { ...listenOptions(flags), idleTimeout: limits.deadline + IDLE });
    output.write(`Serving ${models.map(({ name }) => name).join(', ')} at ${server.url}\n`);
    output.info(
      `Try ${server.url}/text/a%20pink%20flower${page === undefined ? '' : ', or open the page in a browser'}`,
    );
    await interrupted();
    output.info('Finishing what was accepted; press Ctrl-C again to stop at once');
    await server.stop({ grace: limits.deadline + GRACE });
  } finally {
    await Promise.all(models.map((model) => model.close({ grace: GRACE })));
    endIfStuck(models, output);
  }
}

/** Node waits for all threads, also for one that never ends. */
function endIfStuck(models: readonly ServedModel[], output: Output): void {
  if (models.every(({ stuck }) => stuck === 0)) return;
  output.warn('a worker thread is stuck in the backend and cannot be ended: killing the process');
  process.kill(process.pid, 'SIGKILL');
}

/** The connections of a proxy all come from one address. */
function listenOptions({ host, port, minRate, trustProxy, clientConnections }: ServeFlags): ListenOptions {
  const maxClientConnections = clientConnections ?? (trustProxy ? 0 : undefined);
  return { host, port, minRate, ...(maxClientConnections !== undefined && { maxClientConnections }) };
}

/** Waits for Ctrl-C or a polite kill; a second one ends the process, as it does by itself. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      resolve();
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });
}
