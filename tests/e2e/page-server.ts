/** The built page behind a server of mock models, for the tests of the page. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeImage } from '@t2i/image-node';
import { createApp, createInferenceWorker, type Listening, listen, type Samples, ServedModel } from '@t2i/server';
import { MockEncoder, MockModel } from '@t2i/test-utils';
import { ROOT, succeed } from './command.ts';

export const EPOCHS = [0, 1, 2, 5];

export interface PageServer {
  readonly url: string;
  stop(): Promise<void>;
  /** Listens again where it listened before. */
  restart(): Promise<void>;
  /** Stops for good and removes what was built. */
  close(): Promise<void>;
}

/** Builds the page into an empty directory, or one that is not there. */
export async function buildPage(directory: string): Promise<void> {
  const flags = ['--outDir', directory, '--emptyOutDir', '--logLevel', 'error'];
  await succeed('npx', ['vite', 'build', ...flags], join(ROOT, 'packages/web'));
}

/** @param built directory of a built page; left out: it is built */
export async function startPageServer(built?: string): Promise<PageServer> {
  const directory = await mkdtemp(join(tmpdir(), 't2i-page-'));
  const page = built ?? join(directory, 'page');
  if (built === undefined) await buildPage(page);
  const samples = await drawSheets(directory);
  const models = [await serve('roses', samples), await serve('tulips')];
  const app = createApp({ models, page });
  let server: Listening = await listen(app, { port: 0 });
  const { url } = server;
  const stop = () => server.stop({ grace: 100 });
  return {
    url,
    stop,
    async restart() {
      server = await listen(app, { port: Number(new URL(url).port) });
    },
    async close() {
      await stop();
      await Promise.all(models.map((model) => model.close()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function serve(name: string, samples?: Samples): Promise<ServedModel> {
  const open = () =>
    createInferenceWorker({
      model: new MockModel(),
      encoder: new MockEncoder(),
      revision: name,
      details: { epoch: 5 },
    });
  return ServedModel.open({ name, open, ...(samples && { samples }) }, { maxWait: 0 });
}

/** Sheets in shades of grey, lighter from epoch to epoch. */
async function drawSheets(directory: string): Promise<Samples> {
  const [width, height] = [320, 200];
  const sheets = await Promise.all(
    EPOCHS.map(async (epoch, i) => {
      const name = `epoch-${epoch}.png`;
      const data = new Uint8Array(width * height * 3).fill(60 + 40 * i);
      await writeFile(join(directory, name), await encodeImage({ data, width, height }));
      return { epoch, directory, name };
    }),
  );
  return { list: async () => sheets, film: () => Promise.reject(new Error('the page asks for no film')) };
}
