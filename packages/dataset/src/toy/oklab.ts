/** Colour as people see it: OKLab (Ottosson 2020), where equal distances look about equally different. */

/** Red, green, blue in 0 … 255, sRGB. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Lightness 0 … 1, then green–red and blue–yellow, each about −0.3 … 0.3. */
export type Oklab = readonly [lightness: number, a: number, b: number];

const LIGHTNESS_WEIGHT = 0.6;

/** Perceived difference of two colours. Lightness counts less than hue and chroma, because it changes with the light. */
export function colourDistance(p: Oklab, q: Oklab): number {
  const [l, a, b] = [p[0] - q[0], p[1] - q[1], p[2] - q[2]];
  return Math.sqrt(LIGHTNESS_WEIGHT * l * l + a * a + b * b);
}

/** Perceived difference of `p` from `paint` in the best-fitting light or shade, which scales all three coordinates by one factor. */
export function shadedDistance(p: Oklab, paint: Oklab, darkest: number, brightest: number): number {
  const square = paint[0] * paint[0] + paint[1] * paint[1] + paint[2] * paint[2];
  const fit = (p[0] * paint[0] + p[1] * paint[1] + p[2] * paint[2]) / square;
  const light = Math.max(darkest, Math.min(brightest, fit));
  const [l, a, b] = [p[0] - light * paint[0], p[1] - light * paint[1], p[2] - light * paint[2]];
  return Math.sqrt(l * l + a * a + b * b);
}

const toLinear = (byte: number) => {
  const x = byte / 255;
  return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
};

const fromLinear = (x: number) => {
  const y = x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055;
  return Math.max(0, Math.min(255, 255 * y));
};

const LINEAR = Float64Array.from({ length: 256 }, (_, byte) => toLinear(byte));

/** For whole bytes; fractions are rounded. */
export function rgbToOklab(red: number, green: number, blue: number): Oklab {
  const r = LINEAR[Math.round(red)]!;
  const g = LINEAR[Math.round(green)]!;
  const b = LINEAR[Math.round(blue)]!;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Colours outside sRGB are clipped. */
export function oklabToRgb([lightness, a, b]: Oklab): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    fromLinear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    fromLinear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    fromLinear(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}
