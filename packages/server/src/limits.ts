/** Limits of one request. */

import { ConfigError } from '@t2i/core';
import { z } from 'zod';

export const limitsSchema = z.strictObject({
  captionLength: z.int().min(1).max(4000).default(1000).describe('characters in a caption'),
  images: z.int().min(1).max(1024).default(64).describe('images per request'),
  side: z.int().min(16).max(2048).default(512).describe('width of a scaled image in pixels'),
  area: z
    .int()
    .min(4096)
    .max(2 ** 25)
    .default(2 ** 22)
    .describe('pixels of all images in a response'),
  bodyBytes: z
    .int()
    .min(1024)
    .default(2 ** 16)
    .describe('bytes in a JSON body'),
  deadline: z.int().min(1).default(30_000).describe('milliseconds until a request fails'),
});

export type Limits = z.output<typeof limitsSchema>;
export type LimitsInput = z.input<typeof limitsSchema>;

/** @throws ConfigError that names every unknown or out-of-range limit */
export function resolveLimits(input: LimitsInput = {}): Limits {
  const result = limitsSchema.safeParse(input);
  if (result.success) return result.data;
  throw new ConfigError(`Invalid limits:\n${z.prettifyError(result.error)}`);
}
