/** Reads query parameters with the schema that also documents them. */

import { z } from 'zod';
import { Problem } from './problem.ts';

/**
 * A reader for a schema of strings, integers and booleans. Unknown parameters are ignored, so that a URL may carry a cache buster. An
 * empty parameter counts as absent.
 */
export function readQuery<Query extends z.ZodObject>(schema: Query) {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
  return (given: Readonly<Record<string, string>>): z.output<Query> => {
    const values: Record<string, unknown> = {};
    for (const [name, property] of Object.entries(properties)) {
      const text = Object.hasOwn(given, name) ? given[name] : undefined;
      if (text === undefined || text === '') continue;
      values[name] = fromText(text, (property as { type?: string }).type);
    }
    return checked(schema, values);
  };
}

/** @throws Problem that names every invalid field */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new Problem('bad-request', lines.join('; '));
}

/** Text that does not look like the type stays text, and the schema rejects it. */
function fromText(text: string, type: string | undefined): unknown {
  if (type === 'integer' && /^-?\d{1,16}$/.test(text)) return Number(text);
  if (type === 'boolean' && /^(true|false|1|0)$/.test(text)) return text === 'true' || text === '1';
  return text;
}
