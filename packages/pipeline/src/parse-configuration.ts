/** Validates a configuration against its schema. */

import { ConfigError } from '@t2i/core';
import { z } from 'zod';

/** @throws ConfigError that names every field that is unknown or out of range */
export function parseConfiguration<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new ConfigError(`Invalid configuration:\n${z.prettifyError(result.error)}`, { cause: result.error });
}
