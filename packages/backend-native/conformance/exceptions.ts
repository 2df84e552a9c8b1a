/** Tests of tfjs-core that the cpu backend passes and the native one need not, by name, with the reason. */

const ONLY_CPU =
  'declared for a backend called "cpu" alone (it registers that one twice); src/memory.test.ts moves data between cpu and native';

export const EXCEPTIONS: Readonly<Record<string, string>> = {
  'Switching cpu backends Move data from cpu1 to cpu2 backend': ONLY_CPU,
  'Switching cpu backends can execute op with data from mixed backends': ONLY_CPU,
};
