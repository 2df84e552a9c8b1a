/** The ranks of run-threads.test.ts. `scenario` names what they do. */

import { assertSameOnAllRanks, type Communicator } from '@t2i/core';
import { joinThreads } from '../index.ts';
import { buffersOf, MEBI } from './buffers.ts';

type Scenario = (communicator: Communicator, data: { readonly counter: Int32Array }) => Promise<unknown>;

const SCENARIOS = {
  async means(communicator) {
    const rounds = [0, 2, 1].map((round) => buffersOf(communicator.rank, round));
    for (const buffers of rounds) await communicator.allReduceMean(buffers);
    return rounds;
  },
  async together(communicator) {
    const rounds = [0, 2, 1].map((round) => buffersOf(communicator.rank, round));
    const told = Float32Array.of(communicator.rank);
    const calls = [...rounds.map((buffers) => communicator.allReduceMean(buffers)), communicator.broadcast(told, 0)];
    await Promise.all(calls);
    return [rounds, told];
  },
  async broadcast(communicator) {
    const heard: number[][] = [];
    for (let root = 0; root < communicator.size; root++) {
      const words = new Float64Array(4).fill(communicator.rank + 0.5);
      await communicator.broadcast(words.subarray(1, 3), root);
      heard.push([...words]);
    }
    return heard;
  },
  async barrier(communicator, { counter }) {
    const seen: number[] = [];
    for (let round = 0; round < 20; round++) {
      Atomics.add(counter, round, 1);
      await communicator.barrier();
      seen.push(Atomics.load(counter, round));
    }
    return seen;
  },
  async differing(communicator) {
    const seed = communicator.rank === 1 ? 2 : 1;
    return assertSameOnAllRanks(communicator, { data: 'x', configuration: `{"seed":${seed}}` }).catch(String);
  },
  async throwing(communicator) {
    if (communicator.rank === 1) throw new Error('the data are damaged');
    await communicator.barrier();
  },
  async dying(communicator) {
    await communicator.barrier();
    if (communicator.rank === 1) process.exit(3);
    await communicator.barrier();
  },
  async hanging(communicator) {
    if (communicator.rank === 1) await new Promise(() => {});
    await communicator.barrier();
  },
  async leaving(communicator) {
    if (communicator.rank === 0) await communicator.barrier();
  },
  async disagreeing(communicator) {
    const buffers = communicator.rank === 0 ? [3, 4] : [4, 3];
    await communicator.allReduceMean(buffers.map((length) => new Float32Array(length)));
  },
  async memory(communicator) {
    const buffers = [new Float32Array(MEBI / 4), new Float32Array(MEBI / 4)];
    const measure = () => process.memoryUsage().rss;
    for (let i = 0; i < 20; i++) await communicator.allReduceMean(buffers);
    const before = measure();
    for (let i = 0; i < 200; i++) await communicator.allReduceMean(buffers);
    return measure() - before;
  },
} satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;

await joinThreads((communicator, data: { readonly scenario: ScenarioName; readonly counter: Int32Array }) =>
  SCENARIOS[data.scenario](communicator, data),
);
