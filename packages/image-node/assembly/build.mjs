/** Compiles `resize.ts` beside it (AssemblyScript) into `src/resize-kernel.ts`; `--check` only checks that this file is current. */

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const here = fileURLToPath(new URL('.', import.meta.url));
const target = fileURLToPath(new URL('../src/resize-kernel.ts', import.meta.url));
const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--initialMemory', '1'];

let binary;
const { error, stderr } = await asc.main(['resize.ts', '--baseDir', here, '--outFile', 'resize.wasm', ...flags], {
  writeFile: (_name, contents) => {
    binary = contents;
  },
});
if (error || binary === undefined)
  throw new Error(`resize.ts does not compile: ${stderr.toString()}`, { cause: error });

const text = `/** \`assembly/resize.ts\` compiled by \`pnpm --filter @t2i/image-node kernel\`; not edited by hand. */
export const RESIZE_KERNEL =
  '${Buffer.from(binary).toString('base64')}';
`;
if (!process.argv.includes('--check')) await writeFile(target, text);
else if ((await readFile(target, 'utf8')) !== text)
  throw new Error('src/resize-kernel.ts is not what assembly/resize.ts compiles to.');
