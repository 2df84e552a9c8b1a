// Builds the addon for a sanitizer of GCC or Clang and runs this package's tests under it; Linux only. `bounds` is none of theirs: our own assertions alone.
//   node scripts/sanitize.mjs address|undefined|thread|bounds [vitest arguments]
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [kind = 'address', ...testArguments] = process.argv.slice(2);
const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const build = spawnSync(process.execPath, [join(root, 'scripts/build.mjs'), '--sanitize', kind], { stdio: 'inherit' });
if (build.status !== 0) process.exit(1);

/** Node itself is not instrumented, so the runtime has to be there before it; libstdc++ first needs its symbols too. */
const RUNTIME = { address: 'libasan.so', undefined: 'libubsan.so', thread: 'libtsan.so' };
const library = (name) =>
  spawnSync(process.env.CXX ?? 'c++', [`-print-file-name=${name}`], { encoding: 'utf8' }).stdout.trim();
const environment = {
  ...process.env,
  T2I_HOSTILE_CASES: process.env.T2I_HOSTILE_CASES ?? '500',
  T2I_NATIVE_ADDON: join(root, 'build', `sanitize-${kind}`, 't2i_native.node'),
  LD_PRELOAD: kind in RUNTIME ? `${library(RUNTIME[kind])} ${library('libstdc++.so')}` : '',
  // What V8 itself leaves behind at exit is not ours to report. Memory that runs out is an error that tests want to see.
  ASAN_OPTIONS: 'detect_leaks=0:allocator_may_return_null=1',
  UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
  // What Node, its libraries and the test runner do among themselves is not instrumented: half seen, it looks like races.
  TSAN_OPTIONS: 'halt_on_error=1:allocator_may_return_null=1:ignore_noninstrumented_modules=1',
};
const vitest = ['vitest', 'run', '--project', 'unit', '--root', join(root, '../..'), 'packages/backend-native'];
// ThreadSanitizer of GCC 12 knows only the memory layout without randomised addresses.
const command = kind === 'thread' ? ['setarch', '-R', 'npx'] : ['npx'];
const tests = spawnSync(command[0], [...command.slice(1), ...vitest, ...testArguments], {
  stdio: 'inherit',
  env: environment,
});
console.log(`sanitizer ${kind}: ${tests.status === 0 ? 'clean' : 'FAILED'}`);
process.exitCode = tests.status ?? 1;
