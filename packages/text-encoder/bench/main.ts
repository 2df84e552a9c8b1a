/**
 * `pnpm bench:text-encoder encode|train`: captions a second, and a training iteration, of the char-CNN-RNN, beside a peer program
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

const CAPTIONS = 1024; // encoded in one call
const CLASSES = 40; // captions and images of a training iteration
const REPETITIONS = { encode: 3, train: 10 }[task];

await tf.setBackend(values.backend);
const lines = readFileSync(values.captions, 'utf8').trim().split('\n');
const captions = Array.from({ length: CAPTIONS }, (_, i) => lines[Math.floor((i * lines.length) / CAPTIONS)]!);
const rng = new Rng(1);
const joint = new JointEmbedding(new CharCnnRnnNetwork(resolveCharCnnRnnConfig({ rnn: values.rnn }), rng));
const run = task === 'encode' ? await encoding() : training();

/** Milliseconds on the clock, and of processor time: on a busy machine the second says more. */
type Repetition = readonly [clock: number, processor: number];

const ours: Repetition[] = [];
const theirs: Repetition[] = [];
await run();
for (let round = 0; round < Number(values.rounds); round++) {
  for (let i = 0; i < REPETITIONS; i++) ours.push(await timed(run));
  if (values.peer) theirs.push(...runPeer(`${values.peer} ${task} --captions ${values.captions} --rnn ${values.rnn}`));
}
const { instructionSet, threads } = nativeStatus();
const backend = tf.getBackend() === 'native' ? `native ${instructionSet}, ${threads} threads` : tf.getBackend();
report(`ours (${backend})`, ours);
if (values.peer) {
  report('peer', theirs);
  const [clock, processor] = ([0, 1] as const).map((kind) => (fastest(theirs, kind) / fastest(ours, kind)).toFixed(2));
  console.log(`${clock} × the speed of the peer, ${processor} × by processor time, fastest of each`);
}
console.log(`load ${loadavg()[0]!.toFixed(1)}`);
joint.dispose();

async function encoding(): Promise<() => Promise<unknown>> {
  const encoder = await joint.encoder(null);
  return () => encoder.encode(captions, { together: true });
}

function training(): () => Promise<unknown> {
  const { dim } = joint.network;
  const features = { data: rng.normal(CLASSES * dim).map(Math.abs), shape: [CLASSES, dim] as const };
  let step = 0;
  return () => {
    const drawn = Array.from({ length: CLASSES }, (_, i) => captions[(step * CLASSES + i * 25) % CAPTIONS]!);
    step += 1;
    return joint.step({ features, captions: drawn }, { learningRate: 7e-4, rng });
  };
}

async function timed(work: () => Promise<unknown>): Promise<Repetition> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return [performance.now() - start, (user + system) / 1000];
}

/** The peer's last line is JSON with the milliseconds of each repetition. */
function runPeer(command: string): Repetition[] {
  const output = execSync(command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return (JSON.parse(output.trim().split('\n').at(-1)!) as { ms: Repetition[] }).ms;
}

function fastest(repetitions: readonly Repetition[], kind: 0 | 1): number {
  return Math.min(...repetitions.map((milliseconds) => milliseconds[kind]));
}

function report(who: string, repetitions: readonly Repetition[]): void {
  const best = fastest(repetitions, 0);
  const median = repetitions.map(([clock]) => clock).sort((a, b) => a - b)[repetitions.length >> 1]!;
  const speed = task === 'encode' ? `, ${((CAPTIONS * 1000) / best).toFixed(0)} captions/s` : '';
  console.log(
    `${task}, ${values.rnn}, ${who}: ${best.toFixed(1)} ms (fastest), ${median.toFixed(1)} (median), ` +
      `${fastest(repetitions, 1).toFixed(1)} of processor time${speed}`,
  );
}
