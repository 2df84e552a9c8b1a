import { describe, expect, it } from 'vitest';
import { assertSameOnAllRanks, type Communicator, shareOf, singleProcess } from './communicator.ts';
import { ConfigError } from './errors.ts';
import { fnv1a } from './fnv1a.ts';

it('shares a batch equally, in the order of the ranks', () => {
  expect([0, 1, 2].map((rank) => shareOf(12, { rank, size: 3 }))).toEqual([
    [0, 4],
    [4, 8],
    [8, 12],
  ]);
  expect(shareOf(7, singleProcess)).toEqual([0, 7]);
  expect(() => shareOf(7, { rank: 0, size: 2 })).toThrow(ConfigError);
});

it('a single process is its own mean', async () => {
  const values = Float32Array.of(1, 2);
  await singleProcess.allReduceMean([values]);
  await singleProcess.broadcast(values, 0);
  await singleProcess.barrier();
  expect([...values]).toEqual([1, 2]);
  await expect(singleProcess.broadcast(values, 1)).rejects.toThrow('no rank 1');
});

describe('assertSameOnAllRanks', () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  /** Rank 0 of three, with the given values of the others. */
  const rankZero = (others: readonly (readonly string[])[]): Communicator => ({
    ...singleProcess,
    size: 3,
    async broadcast(buffer, root) {
      if (root > 0) (buffer as Uint8Array).set(encode(others[root - 1]!.join(' ')));
    },
  });
  const values = { data: 'fingerprint', configuration: '{"seed":1}' };
  const hashOf = (text: string) => fnv1a(encode(text));
  const own = Object.values(values).map(hashOf);

  it('agrees where all ranks hold the same', async () => {
    await assertSameOnAllRanks(singleProcess, values);
    await assertSameOnAllRanks(rankZero([own, own]), values);
  });

  it('names what differs, and the ranks', async () => {
    const other = hashOf('{"seed":2}');
    const differing = assertSameOnAllRanks(
      rankZero([
        [own[0]!, other],
        [other, other],
      ]),
      values,
    );
    await expect(differing).rejects.toThrow(
      'The data of rank 2 differs from that of rank 0.\nThe configuration of rank 1, 2 differs from that of rank 0.',
    );
    await expect(differing).rejects.toThrow(ConfigError);
  });
});
