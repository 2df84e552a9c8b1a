/** `t2i serve`: trained runs over HTTP. */

import { createApp, createLogger, type ListenOptions, type LogLevel, listen, Metrics, ServedModel } from '@t2i/server';
import { Command, Option } from 'commander';
import { examples } from '../examples.ts';
import { type BackendFlag, backendOption, collect, integer } from '../flags.ts';
import { directoryOrFlowers } from '../open-model.ts';
import type { Output } from '../output.ts';
import { runSource } from '../run-source.ts';
import { servedPage } from '../served-page.ts';

const WATCH_EVERY = 2000; // ms
/** Milliseconds beyond the deadline of a request: until a client that reads nothing is cut off, and until a stop cuts what is left. */
const IDLE = 90_000;
const GRACE = 1000;
/** A pass in which no request can be answered any more is given up, but not a slow one of a short deadline. */
const MIN_PASS_TIMEOUT = 10_000;

/** What is served when nothing is named. */
const FLOWERS = `flowers=${directoryOrFlowers(undefined)}`;

interface ServeFlags {
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

export function serveCommand(output: Output): Command {
  return new Command('serve')
    .description('serve runs over HTTP: a page to draw with at /, and GET /text/<caption> is an image')
    .argument(
      '[run...]',
      'directories of runs or exported models (default: the flowers that come with t2i); name=directory gives one another name than its directory has',
    )
    .option('--host <address>', 'address to listen on; 0.0.0.0 lets other machines in', '127.0.0.1')
    .option('--port <n>', 'port; 0 takes a free one', integer(0, 65_535), 8888)
    .option('--watch', 'go over to newer checkpoints as they are written: to watch a training', false)
    .option('--max-batch <n>', 'images drawn in one pass at most', integer(1, 256), 16)
    .option(
      '--max-wait <ms>',
      'how long idle kernels wait for as many images as were there before',
      integer(0, 1000),
      8,
    )
    .option('--max-queue <n>', 'images that may wait; beyond, requests get 429', integer(64, 100_000), 512)
    .option(
      '--deadline <seconds>',
      'give a request up after so long, and a drawing thread, 10 seconds at least, that another replaces',
      integer(1, 3600),
      30,
    )
    .option(
      '--rate-limit <n>',
      'images a minute for each client, and ten times as many requests of any kind; 0: no limit',
      integer(0),
      0,
    )
    .option(
      '--client-connections <n>',
      'connections of one client at once; 0: no limit (default: 512, none with --trust-proxy)',
      integer(0),
    )
    .option('--min-rate <bytes>', 'cut who takes less of an answer a second; 0: nobody', integer(0), 1024)
    .option('--trust-proxy', 'take the client from X-Forwarded-For: only behind a proxy that sets it', false)
    .option(
      '--allowed-hosts <names>',
      'answer to these names too, with commas between; .example.org for all below it, * for any (repeatable)',
      (names: string, before: string[] = []) => [...before, ...names.split(',').map((name) => name.trim())],
    )
    .option('--cors <origin>', 'let scripts of this origin read the answers, * for all (repeatable)', collect)
    .option('--page <directory>', 'serve another web page at /')
    .option('--no-page', 'serve no page: / tells what routes there are')
    .option('--no-download', 'keep exported models here: otherwise browsers may fetch them, to draw by themselves')
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error', 'silent']).default('info'))
    .option('--log-captions', 'write what people type into the log', false)
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples(
        't2i serve',
        't2i serve runs/flowers',
        't2i serve runs/flowers --watch --port 9000',
        't2i serve flowers=runs/a toys=runs/b --host 0.0.0.0 --rate-limit 120',
      ),
    )
    .action((runs: string[], flags: ServeFlags) => serve(runs.length > 0 ? runs : [FLOWERS], flags, output));
}

async function serve(runs: readonly string[], flags: ServeFlags, output: Output): Promise<void> {
  const logger = createLogger({ level: flags.logLevel });
  const page = servedPage(flags.page, output);
  const metrics = new Metrics();
  const models: ServedModel[] = [];
  try {
    for (const run of runs) {
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
  output.warn('a drawing thread is stuck in the backend and cannot be ended: killing the process');
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
