/**
 * `pnpm bench:text-encoder encode|train`: sentences a second, and a training iteration, of the char-CNN-RNN, beside a peer program
 * that runs in alternation. Both read the same captions from a text file, one a line.
 */

import { execSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { nativeStatus } from '@t2i/backend-native';
import { ConfigError, Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { resolveCharCnnRnnConfig } from '../src/char-cnn-rnn/config.ts';
import { CharCnnRnnNetwork } from '../src/char-cnn-rnn/trainable-network.ts';
import { JointEmbedding } from '../src/joint-embedding/joint-embedding.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    captions: { type: 'string', default: 'data/oxford-102/captions.txt' },
    rnn: { type: 'string', default: 'relu8' },
    backend: { type: 'string', default: 'native' },
    rounds: { type: 'string', default: '3' },
    peer: { type: 'string' },
  },
});
const [task] = positionals;
if (task !== 'encode' && task !== 'train') {
  throw new ConfigError(`Nothing to measure called "${task ?? ''}".`, { hint: 'Use `encode` or `train`.' });
}

const SENTENCES = 1024; // encoded in one call
const CLASSES = 40; // sentences and images of a training iteration
const REPETITIONS = { encode: 3, train: 10 }[task];

await tf.setBackend(values.backend);
const lines = readFileSync(values.captions, 'utf8').trim().split('\n');
const captions = Array.from({ length: SENTENCES }, (_, i) => lines[Math.floor((i * lines.length) / SENTENCES)]!);
const rng = new Rng(1);
const joint = new JointEmbedding(new CharCnnRnnNetwork(resolveCharCnnRnnConfig({ rnn: values.rnn }), rng));
const run = task === 'encode' ? await encoding() : training();

const ours: number[] = [];
const theirs: number[] = [];
await run();
for (let round = 0; round < Number(values.rounds); round++) {
  for (let i = 0; i < REPETITIONS; i++) ours.push(await timed(run));
  if (values.peer) theirs.push(...runPeer(`${values.peer} ${task} --captions ${values.captions} --rnn ${values.rnn}`));
}
const { instructionSet, threads } = nativeStatus();
const engine = tf.getBackend() === 'native' ? `native ${instructionSet}, ${threads} threads` : tf.getBackend();
report(`ours (${engine})`, ours);
if (values.peer) {
  report('peer', theirs);
  console.log(`${(Math.min(...theirs) / Math.min(...ours)).toFixed(2)} × the speed of the peer, fastest of each`);
}
console.log(`load ${loadavg()[0]!.toFixed(1)}`);
joint.dispose();

async function encoding(): Promise<() => Promise<unknown>> {
  const encoder = await joint.encoder(null);
  return () => encoder.encode(captions);
}

function training(): () => Promise<unknown> {
  const { dim } = joint.network;
  const features = { data: rng.normal(CLASSES * dim).map(Math.abs), shape: [CLASSES, dim] as const };
  let step = 0;
  return () => {
    const drawn = Array.from({ length: CLASSES }, (_, i) => captions[(step * CLASSES + i * 25) % SENTENCES]!);
    step += 1;
    return joint.step({ features, captions: drawn }, { learningRate: 7e-4, rng });
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The peer's last line is JSON with the milliseconds of each repetition. */
function runPeer(command: string): number[] {
  const output = execSync(command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return (JSON.parse(output.trim().split('\n').at(-1)!) as { ms: number[] }).ms;
}

function report(who: string, milliseconds: readonly number[]): void {
  const best = Math.min(...milliseconds);
  const median = [...milliseconds].sort((a, b) => a - b)[milliseconds.length >> 1]!;
  const speed = task === 'encode' ? `, ${((SENTENCES * 1000) / best).toFixed(0)} sentences/s` : '';
  console.log(`${task}, ${values.rnn}, ${who}: ${best.toFixed(1)} ms (fastest), ${median.toFixed(1)} (median)${speed}`);
}
