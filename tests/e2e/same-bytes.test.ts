/** The same seed gives the same bytes under any load and on every route, with the flower model over a real socket. */

import { afterEach, describe, expect, it } from 'vitest';
import { type Served, startServe } from './command.ts';

const COLOURS = ['red', 'white', 'yellow', 'purple', 'pink', 'orange'];
const PARTS = ['petals', 'petals and a dark centre', 'round petals with many long stamens in the middle of it'];
const CAPTIONS = COLOURS.flatMap((colour) => PARTS.map((part) => `this flower has ${colour} ${part}`));
/** Simultaneous clients, each with its own connection. */
const CLIENTS = 48;

let running: Served | undefined;
afterEach(async () => {
  running?.child.kill('SIGTERM');
  await running?.finished;
  running = undefined;
});

interface Answer {
  readonly path: string;
  readonly tag: string;
  readonly bytes: string;
}

async function ask(path: string): Promise<Answer> {
  const response = await fetch(running!.url + path);
  expect(response.status, path).toBe(200);
  const bytes = Buffer.from(await response.arrayBuffer()).toString('base64');
  return { path, tag: response.headers.get('ETag')!, bytes };
}

async function generated(caption: string, seed: number): Promise<string[]> {
  const body = JSON.stringify({ captions: [caption], seed, perCaption: 2 });
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(`${running!.url}/v1/generate`, { method: 'POST', headers, body });
  expect(response.status).toBe(200);
  return (await response.json()).images.map(({ data }: { data: string }) => data);
}

/** All of them, `CLIENTS` at once. */
async function atOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const client = async () => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return results;
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

describe.each([
  ['native', 20],
  ['wasm', 2],
])('on %s', (backend, rounds) => {
  it('an image has the same bytes alone and in a batch with others', { timeout: 1_200_000 }, async () => {
    running = await startServe('--no-page', '--log-level', 'error', '--backend', backend).served;
    const text = CAPTIONS.flatMap((caption, i) =>
      Array.from({ length: rounds }, (_, k) => `/text/${encodeURIComponent(caption)}?seed=${100 * i + k}`),
    );
    const ways = COLOURS.slice(1).map((colour) => {
      const to = encodeURIComponent(`a ${colour} flower`);
      return `/v1/interpolate?from=${encodeURIComponent(CAPTIONS[0]!)}&to=${to}&steps=5&seed=3`;
    });
    const paths = [...text, ...ways];
    const alone = await inTurn(paths, ask);
    const loaded = await atOnce([...paths, ...paths], ask);
    const differing = loaded.filter(({ tag, bytes }, i) => {
      const other = alone[i % alone.length]!;
      return tag !== other.tag || bytes !== other.bytes;
    });
    expect(differing.map(({ path }) => path)).toEqual([]);

    const posted = await atOnce(CAPTIONS, (caption) => generated(caption, 100 * CAPTIONS.indexOf(caption)));
    expect(posted.map(([first]) => first)).toEqual(CAPTIONS.map((_, i) => alone[i * rounds]!.bytes));
    expect(await inTurn(CAPTIONS, (caption) => generated(caption, 100 * CAPTIONS.indexOf(caption)))).toEqual(posted);
  });
});
