/** How much one request may ask for. */

import { ConfigError } from '@t2i/core';
import { z } from 'zod';

export const limitsSchema = z.strictObject({
  captionLength: z.int().min(1).max(4000).default(1000).describe('characters of a caption'),
  images: z.int().min(1).max(1024).default(64).describe('images drawn for one request'),
  side: z.int().min(16).max(2048).default(512).describe('pixels across an image that is scaled up'),
  area: z
    .int()
    .min(4096)
    .max(2 ** 25)
    .default(2 ** 22)
    .describe('pixels of all images of one answer'),
  bodyBytes: z
    .int()
    .min(1024)
    .default(2 ** 16)
    .describe('bytes of a JSON body'),
  deadline: z.int().min(1).default(30_000).describe('milliseconds until a request is given up'),
});

export type Limits = z.output<typeof limitsSchema>;
export type LimitsInput = z.input<typeof limitsSchema>;

/** @throws ConfigError naming every limit that is unknown or out of range */
export function resolveLimits(input: LimitsInput = {}): Limits {
  const result = limitsSchema.safeParse(input);
  if (result.success) return result.data;
  throw new ConfigError(`The limits cannot be used:\n${z.prettifyError(result.error)}`);
}
