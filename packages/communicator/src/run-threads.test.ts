import { ConfigError, T2iError } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { buffersOf, MEBI } from './__fixtures__/buffers.ts';
import type { ScenarioName } from './__fixtures__/collectives.ts';
import { joinThreads, runThreads } from './index.ts';

const MODULE = new URL('./__fixtures__/collectives.mjs', import.meta.url);

function run<Result>(scenario: ScenarioName, size: number): Promise<Result[]> {
  const counter = new Int32Array(new SharedArrayBuffer(4 * 20));
  return runThreads<Result>(MODULE, { size, data: { scenario, counter }, execArgv: ['--conditions=@t2i/source'] });
}

/** Means in double precision of what the ranks bring to a round. */
function meansOf(size: number, round: number): Float32Array[] {
  const brought = Array.from({ length: size }, (_, rank) => buffersOf(rank, round));
  return brought[0]!.map((buffer, b) =>
    Float32Array.from(buffer, (_, k) => brought.reduce((sum, buffers) => sum + buffers[b]![k]!, 0) / size),
  );
}

describe.each([1, 2, 3, 4])('%i ranks', (size) => {
  const expected = [0, 2, 1].map((round) => meansOf(size, round));

  it('all get the mean of what they bring, bit for bit', async () => {
    expect(await run('means', size)).toEqual(Array(size).fill(expected));
  });

  it('may begin calls before the ones before have ended', async () => {
    expect(await run('together', size)).toEqual(Array(size).fill([expected, Float32Array.of(0)]));
  });

  it('hear what each of them broadcasts, and nothing beside it changes', async () => {
    const ranks = Array.from({ length: size }, (_, rank) => rank);
    const wordsOf = (rank: number, root: number) => [rank, root, root, rank].map((n) => n + 0.5);
    expect(await run('broadcast', size)).toEqual(ranks.map((rank) => ranks.map((root) => wordsOf(rank, root))));
  });

  it('leave a barrier only when all have come', async () => {
    expect(await run('barrier', size)).toEqual(Array(size).fill(Array(20).fill(size)));
  });
});

it('all refuse to go on when one of them has another configuration', async () => {
  const refusal = 'ConfigError: The configuration of rank 1 differs from that of rank 0.';
  expect(await run('differing', 3)).toEqual([refusal, refusal, refusal]);
});

describe('a rank that', () => {
  it.each([
    ['throwing', 'Rank 1 failed: the data are damaged'],
    ['dying', 'Rank 1 ended without a result (exit code 3).'],
    ['hanging', 'Rank 1 ended without a result'],
    ['leaving', 'Rank 0 waits in barrier, but rank 1 is done.'],
    ['disagreeing', /Rank [01] calls allReduceMean of (3 \+ 4|4 \+ 3) values, rank [01] calls allReduceMean of/],
  ] as const)('is %s ends all ranks with an error', async (scenario, message) => {
    const failure = run(scenario, 2);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toSatisfy((error) => T2iError.isInstance(error) && error.code === 'ERR_RANK');
  });
});

it('takes no more memory from step to step', async () => {
  const [growth] = await run<number>('memory', 2); // of the whole process; a copy a step would be 2 × 200 × 2 MiB
  expect(growth).toBeLessThan(64 * MEBI);
});

it('refuses a number of ranks that is none, and a rank outside a thread', async () => {
  await expect(runThreads(MODULE, { size: 0 })).rejects.toThrow(ConfigError);
  await expect(joinThreads(async () => {})).rejects.toThrow(ConfigError);
});
