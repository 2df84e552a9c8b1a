// The C++ compiler of this machine, and what it is told for each processor and instruction set.
import { spawn, spawnSync } from 'node:child_process';

/** What the person who builds can put right; everything else is a fault of these scripts. */
export class BuildError extends Error {}

/** Instruction sets by processor, slowest first; the first one is also the target of everything that is not a kernel. */
export const INSTRUCTION_SETS = {
  x64: {
    x64_v1: [],
    avx2: ['-mavx2', '-mfma', '-mf16c', '-mbmi2'],
    avx512: [
      '-mavx512f',
      '-mavx512dq',
      '-mavx512bw',
      '-mavx512vl',
      '-mfma',
      '-mavx2',
      '-mbmi2',
      '-mprefer-vector-width=512',
    ],
  },
  arm64: { neon: [] },
};

export const COMMON_FLAGS = [
  '-std=c++17',
  '-O3',
  '-fPIC',
  '-pthread',
  '-fvisibility=hidden',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-ffp-contract=fast',
  '-DNAPI_VERSION=8',
  '-Wall',
  '-Wextra',
  '-Wno-psabi',
  '-Wno-unused-function',
];

/** Every kind asserts that walks stay inside their arrays (native/span.h); `bounds` does that alone. */
export function sanitizerFlags(kind) {
  if (kind === undefined) return [];
  if (!['address', 'undefined', 'thread', 'bounds'].includes(kind)) throw new BuildError(`unknown sanitizer "${kind}"`);
  const checked = ['-DT2I_CHECKED', '-O1', '-g', '-fno-omit-frame-pointer'];
  if (kind === 'bounds') return checked;
  const recover = kind === 'undefined' ? ['-fno-sanitize-recover=all', '-fno-sanitize=alignment'] : [];
  return [...checked, `-fsanitize=${kind}`, ...recover];
}

export function findCompiler() {
  for (const command of [process.env.CXX, 'c++', 'g++', 'clang++']) {
    if (!command) continue;
    const probe = spawnSync(command, ['--version'], { encoding: 'utf8' });
    if (probe.status === 0) return { command, version: probe.stdout.split('\n')[0] };
  }
  throw new BuildError('no C++ compiler found (looked for $CXX, c++, g++, clang++)');
}

/** The fastest of `sets` (name → flags) that this machine's processor runs, as the compiler sees it; all when it cannot say. */
export function setsOfThisMachine(compiler, sets) {
  if (Object.keys(sets).length === 1) return sets;
  const probe = spawnSync(compiler.command, ['-march=native', '-dM', '-E', '-x', 'c++', '/dev/null'], {
    encoding: 'utf8',
  });
  if (probe.status !== 0) return sets;
  // -mavx2 and the like define __AVX2__; flags with a value are not features.
  const macro = (flag) => `#define __${flag.slice(2).toUpperCase()}__ `;
  const runs = (flags) => flags.every((flag) => flag.includes('=') || probe.stdout.includes(macro(flag)));
  return Object.fromEntries(
    Object.entries(sets)
      .filter(([, flags]) => runs(flags))
      .slice(-1),
  );
}

/** Resolves to what the command printed. */
export function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => reject(new BuildError(error.message)));
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new BuildError(output.trim()))));
  });
}
