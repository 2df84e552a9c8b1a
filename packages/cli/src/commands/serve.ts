/** `t2i serve`: models over HTTP. */

import { Command, Option } from 'commander';
import { examples } from '../examples.ts';
import { backendOption, collect, integer } from '../flags.ts';
import type { Output } from '../output.ts';
import { type ServeFlags, serve } from '../serve.ts';

export function serveCommand(output: Output): Command {
  return new Command('serve')
    .description('serve models over HTTP: a web page at /, and an image at GET /text/<caption>')
    .argument(
      '[run...]',
      'directories of runs or exported models (default: the included flower model); name=directory sets the name in URLs',
    )
    .option('--host <address>', 'address to listen on; 0.0.0.0 admits other machines', '127.0.0.1')
    .option('--port <n>', 'port; 0 picks a free one', integer(0, 65_535), 8888)
    .option('--watch', 'switch to new checkpoints as training writes them', false)
    .option('--max-batch <n>', 'images per batch', integer(1, 256), 16)
    .option('--max-wait <ms>', 'how long to wait for a batch as large as the previous one', integer(0, 1000), 8)
    .option('--max-queue <n>', 'images that may wait; further requests get status 429', integer(64, 100_000), 512)
    .option(
      '--deadline <seconds>',
      'time limit of a request; a worker that exceeds it (10 seconds at least) is replaced',
      integer(1, 3600),
      30,
    )
    .option(
      '--rate-limit <n>',
      'images per minute and client, and ten times as many requests of any kind; 0: no limit',
      integer(0),
      0,
    )
    .option(
      '--client-connections <n>',
      'simultaneous connections per client; 0: no limit (default: 512; with --trust-proxy: no limit)',
      integer(0),
    )
    .option('--min-rate <bytes>', 'disconnect clients that read fewer bytes per second; 0: never', integer(0), 1024)
    .option('--trust-proxy', 'identify clients by X-Forwarded-For; only behind a proxy that sets it', false)
    .option(
      '--allowed-hosts <names>',
      'also answer to these host names, comma-separated; .example.org includes subdomains, * is any (repeatable)',
      (names: string, before: string[] = []) => [...before, ...names.split(',').map((name) => name.trim())],
    )
    .option('--cors <origin>', 'let scripts from this origin read responses; * for all (repeatable)', collect)
    .option('--page <directory>', 'serve another web page at /')
    .option('--no-page', 'serve no web page; / lists the routes')
    .option('--no-download', 'do not let browsers download exported models to generate images themselves')
    .addOption(
      new Option('--log-level <level>', 'least severe messages to log')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info'),
    )
    .option('--log-captions', 'log the captions that people type', false)
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
    .action((runs: string[], flags: ServeFlags) => serve(runs, flags, output));
}
