import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeImage } from '@t2i/image-node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { t2i } from '../__fixtures__/t2i.ts';

/** A run that has sample sheets and nothing else. */
async function runWithSamples(directory: string): Promise<string> {
  const run = join(directory, 'run');
  await mkdir(join(run, 'samples'), { recursive: true });
  for (const epoch of ['0000', '0001']) {
    const data = new Uint8Array(40 * 30 * 3).fill(Number(epoch) * 200);
    await writeFile(join(run, `samples/epoch-${epoch}.png`), await encodeImage({ data, width: 40, height: 30 }));
  }
  return run;
}

it('refuses wrong file names and flags, and existing files, before any work', () =>
  withTemporaryDirectory(async (directory) => {
    const at = (name: string) => join(directory, name);
    await writeFile(at('mine.png'), 'mine');
    await writeFile(at('mine.webp'), 'mine');
    await writeFile(at('mine.html'), 'mine');
    await mkdir(at('full'));
    await writeFile(at('full/file'), '');
    await writeFile(at('captions.txt'), 'a red flower');
    await writeFile(at('latin.txt'), Buffer.from('a red flower\nth\xe9', 'latin1'));
    const walk = ['interpolate', 'a', 'b', '--run', at('no')];
    const measured = ['--data', at('no'), '--features', at('no')];
    const refusals: [string[], RegExp][] = [
      [[...walk, '--animate', '--out', at('a.png')], /Unknown animation format: .*a\.png[\s\S]*\.webp or \.gif/],
      [[...walk, '--out', at('a.gif')], /Unknown image format: .*a\.gif/],
      [[...walk, '--out', at('mine.png')], /mine\.png already exists[\s\S]*--force/],
      [[...walk, '--animate', '--out', at('mine.webp')], /mine\.webp already exists/],
      [['generate', 'x', '--run', at('no'), '--out', at('mine.png')], /mine\.png already exists/],
      [['generate', 'x', '--run', at('no'), '--out', at('x.gif')], /Unknown image format/],
      [['generate', '--captions', at('captions.txt'), '--run', at('no'), '--out', at('full')], /full already exists/],
      [['generate', '--captions', at('latin.txt'), '--run', at('no')], /Line 2 of .*latin\.txt is not UTF-8/],
      [['restyle', at('x.jpg'), 'x', '--run', at('no'), '--out', at('mine.png')], /mine\.png already exists/],
      [['film', at('no'), '--out', at('a.png')], /Unknown animation format/],
      [['film', at('no'), '--format', 'gif', '--out', at('a.webp')], /a\.webp does not end in \.gif/],
      [['film', at('no'), '--out', at('mine.webp')], /mine\.webp already exists/],
      [['encoder', 'neighbours', at('no'), 'x', ...measured, '--out', at('mine.html')], /mine\.html already exists/],
      [['encoder', 'evaluate', at('no'), ...measured, '--out', at('full')], /full already exists/],
      [['encoder', 'export', at('no'), ...measured, '--out', at('full')], /full already exists/],
      [['evaluate', at('no'), ...measured, '--googlenet', 'x', '--out', at('full')], /full already exists/],
      [
        ['dataset', 'prepare', 'directory', '--from', at('full'), '--split', 'official'],
        /--split official applies only to oxford-102/,
      ],
      [
        ['dataset', 'prepare', 'directory', '--from', at('full'), '--captions', 'x'],
        /--captions applies only to oxford-102/,
      ],
      [['dataset', 'prepare', 'oxford-102', '--max-pixels', '9'], /--max-pixels applies only to directories/],
    ];
    const before = await readdir(directory, { recursive: true });
    for (const [argv, message] of refusals) {
      const { code, errors } = await t2i(...argv);
      expect([argv, code, errors]).toEqual([argv, 2, expect.stringMatching(message)]);
    }
    expect(await readdir(directory, { recursive: true })).toEqual(before);
    for (const name of ['mine.png', 'mine.webp', 'mine.html']) expect(await readFile(at(name), 'utf8')).toBe('mine');
  }));

it('a film has the format of its name, and a number where a film exists', () =>
  withTemporaryDirectory(async (directory) => {
    const run = await runWithSamples(directory);
    const kind = async (path: string) => (await readFile(path)).subarray(0, 12).toString('latin1');
    expect(await t2i('film', run, '--out', join(directory, 'a.GIF'))).toMatchObject({ code: 0 });
    expect(await kind(join(directory, 'a.GIF'))).toMatch(/^GIF8/);
    for (const name of ['film.webp', 'film-2.webp']) {
      expect(await t2i('film', run)).toMatchObject({ code: 0, out: expect.stringContaining(`${join(run, name)}: `) });
      expect(await kind(join(run, name))).toMatch(/^RIFF.*WEBP$/s);
    }
    expect(await t2i('film', run, '--force')).toMatchObject({ out: expect.stringContaining('film.webp: ') });
    expect((await readdir(run)).sort()).toEqual(['film-2.webp', 'film.webp', 'samples']);
  }));
