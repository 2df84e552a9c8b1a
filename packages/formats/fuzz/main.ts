/**
 * Reads mutations of files in every format, more than the tests: `pnpm fuzz:formats [mutations per file, default 10000]`.
 * It fails if a reader throws anything but its own error, takes too long, needs too much memory, or changes a prototype.
 */

import { readFileSync } from 'node:fs';
import { type MutationCase, readMutations } from '../src/__fixtures__/mutations.ts';
import {
  readCaffeModel,
  readMat5,
  readNpy,
  readNpz,
  readPickle,
  readSafetensors,
  readT7State,
  readTorchState,
} from '../src/index.ts';
import { craftT7, T7_SAMPLE } from '../src/t7/__fixtures__/craft-t7.ts';

const count = Number(process.argv[2] ?? 10_000);
const MAX_RESIDENT_BYTES = 2 ** 30;

const file = (path: string, read: MutationCase['read']): MutationCase => ({
  name: path,
  bytes: new Uint8Array(readFileSync(new URL(`../src/${path}`, import.meta.url))),
  read,
});

const PROTOCOLS = [0, 1, 2, 3, 4, 5];
const cases: MutationCase[] = [
  file('safetensors/__fixtures__/golden.safetensors', (bytes) => readSafetensors(bytes)),
  file('mat5/__fixtures__/plain.mat', (bytes) => readMat5(bytes)),
  file('mat5/__fixtures__/compressed.mat', (bytes) => readMat5(bytes)),
  file('caffe/__fixtures__/tiny.caffemodel', (bytes) => readCaffeModel(bytes)),
  ...['f4.npy', 'fortran-f8-big-endian.npy', 'version-3.npy'].map((name) =>
    file(`numpy/__fixtures__/${name}`, (bytes) => readNpy(bytes)),
  ),
  ...['stored.npz', 'deflated.npz'].map((name) => file(`numpy/__fixtures__/${name}`, (bytes) => readNpz(bytes))),
  ...PROTOCOLS.flatMap((protocol) =>
    ['list', 'values'].map((kind) =>
      file(`numpy/__fixtures__/${kind}-${protocol}.pickle`, (bytes) => readPickle(bytes)),
    ),
  ),
  ...['state.pth', 'state-legacy.pth', 'views.pth'].map((name) =>
    file(`torch/__fixtures__/${name}`, (bytes) => readTorchState(bytes)),
  ),
  ...[{}, { longBytes: 4 as const }, { littleEndian: false }, { ascii: true }].map((encoding) => ({
    name: `t7 ${JSON.stringify(encoding)}`,
    bytes: craftT7(T7_SAMPLE, encoding),
    read: (bytes: Uint8Array) => readT7State(bytes),
  })),
];

for (const [seed, each] of cases.entries()) {
  const { read, refused, slowest } = await readMutations(each, count, { seed, maxMilliseconds: 5000 });
  const resident = process.memoryUsage().rss;
  console.log(
    `${each.name}: ${read} read, ${refused} refused, slowest ${slowest.toFixed(1)} ms, ${Math.round(resident / 2 ** 20)} MiB`,
  );
  if (resident > MAX_RESIDENT_BYTES) throw new Error(`${each.name}: the process has ${resident} bytes`);
}
