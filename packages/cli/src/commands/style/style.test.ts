import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RgbImage } from '@t2i/core';
import { decodeImage, encodeImage } from '@t2i/image-node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { t2i } from '../../__fixtures__/t2i.ts';

const MODEL = { imageSize: 32, generatorFilters: 2, discriminatorFilters: 2, noiseDim: 8, residual: false };

/** A run of one step, and two photos. */
async function prepare(directory: string) {
  const at = (name: string) => join(directory, name);
  const config = { data: { kind: 'toy-flowers', images: 200 }, model: MODEL, batches: { batchSize: 2 } };
  await writeFile(at('config.json'), JSON.stringify(config));
  expect(await t2i('train', '--config', at('config.json'), '--run', at('run'), '--max-steps', '1')).toMatchObject({
    code: 0,
  });
  for (const [name, grey] of [['dark.png', 20] as const, ['light.png', 230] as const]) {
    const photo: RgbImage = { data: new Uint8Array(50 * 40 * 3).fill(grey), width: 50, height: 40 };
    await writeFile(at(name), await encodeImage(photo));
  }
  return { at, run: at('run') };
}

it('trains a style encoder, measures it, generates in the style of photos, and refuses parts that do not belong together', () =>
  withTemporaryDirectory(async (directory) => {
    const { at, run } = await prepare(directory);
    const drawing = ['restyle', '--force', at('dark.png'), 'a red flower', '--run', run, '--out', at('one.png')];
    expect(await t2i(...drawing)).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/no style encoder.*\n.*t2i style train/),
    });

    const steps = ['--batch-size', '4', '--max-steps', '2'];
    const trained = await t2i('style', 'train', run, ...steps);
    expect(trained).toMatchObject({ code: 0, out: expect.stringContaining('limit at step 2, epoch 1') });
    expect(trained.out).toMatch(/\| squared error per coordinate of z \| \d\.\d{3} \| 1 \| 0 \|/);
    const measured = await t2i('style', 'evaluate', run, '--samples', '20');
    expect(measured).toMatchObject({
      code: 0,
      out: expect.stringMatching(/\| z recognised among 20 \| [\d.]+ % \| 5\.0 % \|/),
    });
    expect(JSON.parse(await readFile(join(run, 'style/report.json'), 'utf8'))).toMatchObject({ samples: 20 });

    expect(await t2i(...drawing)).toMatchObject({ code: 0, out: `${at('one.png')}\n` });
    const size = async (name: string) => {
      const { width, height } = await decodeImage(await readFile(at(name)));
      return [width, height];
    };
    expect(await size('one.png')).toEqual([32, 32]);
    const sheet = ['--photo', at('light.png'), '--caption', 'a blue flower', '--caption', 'a pink flower'];
    expect(await t2i(...drawing.slice(0, -1), at('sheet.png'), ...sheet)).toMatchObject({ code: 0 });
    expect(await size('sheet.png')).toEqual([244 + 2 * 132, 4 + 4 * 132]);

    // what t2i export makes of this state of the run is this generator, and the style encoder fits it
    expect(await t2i('export', run, '--out', at('model'))).toMatchObject({ code: 0 });
    const exported = ['--run', at('model'), '--style', join(run, 'style'), '--out', at('exported.png')];
    expect(await t2i('restyle', at('dark.png'), 'a red flower', ...exported)).toMatchObject({ code: 0 });

    const dry = await t2i('style', 'train', run, '--resume', '--dry-run', '--epochs', '9', '--max-steps', '7');
    expect(dry).toMatchObject({ code: 0, notes: expect.stringContaining('trainer.epochs is 9, was 20') });
    expect(JSON.parse(dry.out)).toMatchObject({ batches: { batchSize: 4 }, trainer: { maxSteps: 7, decayEvery: 4 } });
    const others = ['--learning-rate', '1', '--filters', '4', '--seed', '5', '--batch-size', '8'];

    const refusals: [string[], RegExp][] = [
      [['restyle', at('nowhere.jpg'), 'x', '--run', run], /Cannot read the photo .*nowhere\.jpg/],
      [['restyle', at('config.json'), 'x', '--run', run], /Cannot read the photo .*config\.json/],
      [['restyle', at('dark.png'), '  ', '--run', run], /empty/],
      [['restyle', at('dark.png'), 'x', '--run', run, '--out', at('x.bmp')], /Unknown image format/],
      [['style', 'train', run, ...steps], /holds a run already/],
      [['style', 'train', run, '--resume', '--replace'], /not both/],
      [['style', 'train', run, '--resume', ...others], /--seed: .*--filters: .*--batch-size: .*--learning-rate: /s],
      [['style', 'train', at('model')], /is a published model/],
    ];
    for (const [argv, message] of refusals) {
      const { code, errors } = await t2i(...argv);
      expect([code, errors]).toEqual([2, expect.stringMatching(message)]);
    }

    expect(await t2i('train', '--resume', run, '--max-steps', '2')).toMatchObject({ code: 0 });
    expect(await t2i(...drawing)).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/another generator.*\n.*--replace/),
    });
    expect(await t2i('style', 'train', run, '--replace', ...steps)).toMatchObject({ code: 0 });
    expect(await t2i(...drawing)).toMatchObject({ code: 0 });
    expect((await t2i('style', 'train', run, '--resume', '--max-steps', '1')).out).toContain('limit at step 2');
  }));
