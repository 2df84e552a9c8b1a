import { ConfigError, Rng } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { centreView, checkCrop, cutViews, drawView } from './transforms.ts';

/** A 4×4 image whose red is 10·y + x, green 100 + red, blue 255 − red. */
const IMAGE = Uint8Array.from({ length: 48 }, (_, k) => {
  const red = 10 * Math.floor(k / 12) + (Math.floor(k / 3) % 4);
  return [red, 100 + red, 255 - red][k % 3]!;
});
const reds = (view: Float32Array) =>
  Array.from(
    view.filter((_, k) => k % 3 === 0),
    (v) => Math.round((v + 1) * 127.5),
  );

describe('cutViews', () => {
  it('crops', () => {
    const view = cutViews(IMAGE, 4, [{ left: 1, top: 2, flip: false }], 2);
    expect(reds(view)).toEqual([21, 22, 31, 32]);
  });

  it('mirrors left to right', () => {
    const view = cutViews(IMAGE, 4, [{ left: 1, top: 2, flip: true }], 2);
    expect(reds(view)).toEqual([22, 21, 32, 31]);
  });

  it('keeps the channels of a pixel together and scales bytes to [-1, 1], mirrored or not', () => {
    const source = Uint8Array.of(0, 51, 255);
    for (const flip of [false, true]) {
      const view = cutViews(source, 1, [{ left: 0, top: 0, flip }], 1);
      expect([...view]).toEqual([-1, Math.fround(51 / 127.5 - 1), 1]);
    }
  });

  it('gives each image of a batch its own view', () => {
    const two = Uint8Array.of(...IMAGE, ...IMAGE.map((v) => 255 - v));
    const views = cutViews(two, 4, [centreView(4, 2), { left: 2, top: 0, flip: true }], 2);
    expect(reds(views)).toEqual([11, 12, 21, 22, 252, 253, 242, 243]);
  });

  it('passes a full-size image through', () => {
    expect(reds(cutViews(IMAGE, 4, [centreView(4, 4)], 4))).toEqual([
      0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33,
    ]);
  });
});

describe('drawView', () => {
  it('uses every offset from 0 to 12 alike, and mirrors half of the time', () => {
    const rng = new Rng(5);
    const views = Array.from({ length: 26_000 }, () => drawView(rng, 76, 64));
    for (const side of ['left', 'top'] as const) {
      const counts = new Array<number>(13).fill(0);
      for (const view of views) counts[view[side]]! += 1;
      for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
    }
    expect(views.filter(({ flip }) => flip).length / views.length).toBeCloseTo(0.5, 2);
  });

  it('has one place for an image of the stored size', () => {
    const { left, top } = drawView(new Rng(1), 32, 32);
    expect([left, top]).toEqual([0, 0]);
  });
});

it('centreView takes the middle', () => {
  expect(centreView(76, 64)).toEqual({ left: 6, top: 6, flip: false });
});

it.each([77, 0, 1.5])('checkCrop refuses %d of 76 pixels', (imageSize) => {
  expect(() => checkCrop(76, imageSize)).toThrow(ConfigError);
});
