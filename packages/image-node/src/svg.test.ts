import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigError } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { escapeXml, renderSvg } from './svg.ts';

const box = (content: string) => `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10">${content}</svg>`;

describe('renderSvg', () => {
  it('draws shapes over white, one pixel per SVG pixel', async () => {
    const image = await renderSvg(box('<rect width="10" height="10" fill="#f00"/>'));
    expect(image).toMatchObject({ width: 20, height: 10 });
    expect([...image.data.subarray(0, 3)]).toEqual([255, 0, 0]);
    expect([...image.data.subarray(19 * 3, 60)]).toEqual([255, 255, 255]);
  });

  it('scales', async () => {
    expect(await renderSvg(box(''), { scale: 2 })).toMatchObject({ width: 40, height: 20 });
  });

  it.each([0, -1, Number.NaN, 101])('refuses to scale by %d', async (scale) => {
    await expect(renderSvg(box(''), { scale })).rejects.toThrow(ConfigError);
  });

  it('does not fail where no font is installed', async () => {
    const script =
      'import sharp from "sharp";' +
      `const svg = Buffer.from('${box('<text y="9">flower</text>')}');` +
      'console.log((await sharp(svg).raw().toBuffer({ resolveWithObject: true })).info.width);';
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      env: { ...process.env, FONTCONFIG_FILE: join(import.meta.dirname, '__fixtures__', 'no-fonts.conf') },
    });
    expect(stdout.trim()).toBe('20');
  });
});

describe('escapeXml', () => {
  it('escapes markup', () => {
    expect(escapeXml(`<a b="c" d='e'>&`)).toBe('&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;');
  });

  it('replaces what XML cannot hold and keeps what it can', () => {
    expect(escapeXml('a\u0000b\u001fc\ud800d\uffff')).toBe('a\ufffdb\ufffdc\ufffdd\ufffd');
    expect(escapeXml('é 花 🌸\n')).toBe('é 花 🌸\n');
  });
});
