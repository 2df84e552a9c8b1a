import { expect, it } from 'vitest';
import { probeBackend } from './probe-backend.ts';

const program = (text: string) => ['-e', text];

it('returns the last report that the process prints', async () => {
  const report = { name: 'node', available: true, tfjsName: 'tensorflow' };
  const text = `console.log('a banner'); console.log(${JSON.stringify(JSON.stringify(report))})`;
  expect(await probeBackend('node', program(text))).toEqual(report);
});

it.each([
  [
    'a signal',
    "console.error('Check failed'); process.kill(process.pid, 'SIGABRT'); setTimeout(() => {}, 60_000)",
    /SIGABRT: Check failed/,
  ],
  ['a code', 'process.exit(3)', /ends its process with code 3\./],
  ['no report', '', /cannot be tried/],
])('reports a process that ends with %s', async (_, text, problem) => {
  const report = await probeBackend('webgpu', program(text));
  expect(report).toMatchObject({ name: 'webgpu', available: false, problem: expect.stringMatching(problem) });
});

it('reports the backend of this machine', async () => {
  expect(
    await probeBackend('cpu', [
      '--conditions=@t2i/source',
      '--import',
      'tsx',
      `${import.meta.dirname}/doctor-probe.ts`,
    ]),
  ).toMatchObject({
    name: 'cpu',
    available: true,
    tfjsName: 'cpu',
  });
});
