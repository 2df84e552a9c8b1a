import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

/** Kilobytes, gzipped, of the script that a page loads to open a published model and generate images. */
const LIMIT = 170;

const PROGRAM = `
import { openPublishedModel } from '@t2i/published-model';
import { toRgbImages } from '@t2i/core';
globalThis.generate = async (baseUrl, caption, seed) => {
  const model = await openPublishedModel({ baseUrl });
  return toRgbImages(await model.generate({ captions: [caption], seed }));
};
`;

it(`everything but the backend fits into ${LIMIT} kB, and needs nothing of Node`, async () => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: PROGRAM, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@t2i/source'],
  });
  expect(gzipSync(outputFiles[0]!.contents).length / 1000).toBeLessThan(LIMIT);
  const inputs = Object.entries(Object.values(metafile.outputs)[0]!.inputs);
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
  expect(used.join('\n')).toContain('gan-cls/src/generator.ts');
  expect(used.filter((path) => /tfjs-backend|gan-cls\/src\/(discriminator|training)|src\/node/.test(path))).toEqual([]);
});
