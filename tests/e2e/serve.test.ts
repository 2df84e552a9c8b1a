/** `t2i serve`: a run over a real socket, from the first image to a graceful stop. */

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, type Running, type Served, startServe, t2i } from './command.ts';

const CAPTION = 'a pink flower with yellow petals';

let directory: string;
let run: string;
const running = new Set<Running>();

async function serve(...args: string[]): Promise<Served> {
  const { started, served } = startServe(...args);
  running.add(started);
  return served;
}

function stop({ child, finished }: Served): Promise<Finished> {
  child.kill('SIGTERM');
  return finished;
}

const textUrl = ({ url }: Served, query = '', caption = CAPTION) =>
  `${url}/text/${encodeURIComponent(caption)}${query}`;

async function imageOf(address: string): Promise<Buffer> {
  const response = await fetch(address);
  expect(response.status, address).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 't2i-serve-'));
  run = join(directory, 'run');
  const config = join(directory, 'config.json');
  await writeFile(config, JSON.stringify({ batches: { batchSize: 4 }, trainer: { logEvery: 1 } }));
  const flags = ['--preset', 'tiny', '--config', config, '--max-steps', '2'];
  const trained = await t2i('train', '--data', 'toy-flowers', ...flags, '--run', run).finished;
  expect(trained).toMatchObject({ code: 0 });
});

afterEach(async () => {
  for (const { child, finished } of running) {
    child.kill('SIGKILL');
    await finished;
  }
  running.clear();
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('t2i serve', () => {
  it('gives the same bytes for a seed: alone, in a batch, and after a restart', async () => {
    const first = await serve(run);
    const alone = await imageOf(textUrl(first, '?seed=7'));
    expect(alone.subarray(1, 4).toString()).toBe('PNG');
    const others = Array.from({ length: 40 }, (_, i) => imageOf(textUrl(first, `?seed=${i}`, `a red flower ${i}`)));
    expect(await imageOf(textUrl(first, '?seed=7'))).toEqual(alone);
    expect(new Set((await Promise.all(others)).map((bytes) => bytes.toString('base64'))).size).toBe(40);
    const tag = (await fetch(textUrl(first, '?seed=7'))).headers.get('ETag')!;
    await stop(first);

    const second = await serve(run);
    expect(await imageOf(textUrl(second, '?seed=7'))).toEqual(alone);
    const again = await fetch(textUrl(second, '?seed=7'), { headers: { 'If-None-Match': tag }, cache: 'no-store' });
    expect(again.status).toBe(304);
    await stop(second);
  });

  it('describes the model: configuration, epoch, hashes, metrics, samples and their film', async () => {
    const served = await serve(`flowers=${run}`, `again=${run}`);
    const model = await (await fetch(`${served.url}/v1/model`)).json();
    const weights = await readFile(join(run, 'checkpoints/step-00000002/model.safetensors'));
    expect(model).toMatchObject({
      name: 'flowers',
      step: 2,
      epoch: 1,
      weights: { sha256: createHash('sha256').update(weights).digest('hex') },
      metrics: { step: 2 },
      config: { batches: { batchSize: 4 } },
    });
    expect(model.weights.sha256.startsWith(model.revision)).toBe(true);
    expect(JSON.stringify(model)).not.toContain(directory);
    const { sheets } = await (await fetch(`${served.url}/v1/samples/again`)).json();
    expect((await imageOf(served.url + sheets[0].url)).subarray(1, 4).toString()).toBe('PNG');
    expect((await imageOf(`${served.url}/v1/film/again`)).subarray(8, 12).toString()).toBe('WEBP');
  });

  it('stops gracefully: accepted requests are answered, and captions are not logged', async () => {
    const served = await serve(run);
    const accepted = Array.from({ length: 30 }, () => fetch(textUrl(served)));
    await fetch(`${served.url}/healthz`);
    const stopped = stop(served);
    const statuses = (await Promise.allSettled(accepted)).map((result) =>
      result.status === 'fulfilled' ? result.value.status : 'refused',
    );
    expect(statuses).toContain(200);
    expect(statuses.filter((status) => status !== 200 && status !== 'refused')).toEqual([]);
    const { code, stderr } = await stopped;
    expect([code, stderr]).toEqual([0, expect.stringContaining('Finishing what was accepted')]);
    const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ route: '/text/{caption}', status: 200, model: 'run', images: 1 }),
    );
    expect(stderr.replace(/^Try .*$/m, '')).not.toMatch(/pink|yellow/);
  });

  it('switches to newer weights of a training without dropping requests', async () => {
    const served = await serve(run, '--watch', '--log-level', 'warn');
    const training = t2i('train', '--resume', run, '--max-steps', '4');
    running.add(training);
    const revisions = new Set<string>();
    const ask = async () => {
      while (revisions.size < 2) {
        const response = await fetch(textUrl(served));
        expect(response.status).toBe(200);
        revisions.add(response.headers.get('T2I-Revision')!);
        await response.arrayBuffer();
      }
    };
    await Promise.all([ask(), ask(), ask(), ask()]);
    expect(await training.finished).toMatchObject({ code: 0 });
    expect((await (await fetch(`${served.url}/v1/model`)).json()).step).toBe(4);
    expect(await stop(served)).toMatchObject({ code: 0 });
  });

  it('reports errors', async () => {
    const none = await t2i('serve', join(directory, 'nowhere')).finished;
    expect(none).toMatchObject({ code: 2, stderr: expect.stringMatching(/nowhere/) });
    const twice = await t2i('serve', run, run, '--port', '0').finished;
    expect(twice).toMatchObject({ code: 2, stderr: expect.stringMatching(/Two models are named run/) });
    const first = await serve(run);
    const taken = await t2i('serve', run, '--port', new URL(first.url).port).finished;
    expect(taken).toMatchObject({ code: 2, stderr: expect.stringMatching(/in use/) });
  });
});
