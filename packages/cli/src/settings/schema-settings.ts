/** The settings that a configuration's schema describes, one for each value that a person can choose. */

import * as z from 'zod';

/** What this module reads of a JSON Schema. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly items?: JsonSchema | false;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly oneOf?: readonly JsonSchema[];
}

/** A value of a configuration. */
export interface Setting {
  /** Names of its sections and its own, with dots: `trainer.learningRate`. */
  readonly path: string;
  readonly schema: JsonSchema;
  /** The kinds that have it, where a section has alternatives of which others do not; with their defaults. */
  readonly kinds?: readonly { readonly kind: string; readonly default: unknown }[];
}

/** Every setting in the order of the schema. Values that leave no choice, and tuples, are none. */
export function schemaSettings(schema: z.ZodType): Setting[] {
  return settingsIn('', z.toJSONSchema(schema, { io: 'input' }) as JsonSchema);
}

function settingsIn(path: string, schema: JsonSchema): Setting[] {
  if (schema.oneOf !== undefined) return settingsOfAlternatives(path, schema, schema.oneOf);
  if (schema.properties === undefined) return isChoice(schema) ? [{ path, schema }] : [];
  const below = path === '' ? '' : `${path}.`;
  return Object.entries(schema.properties).flatMap(([name, value]) => settingsIn(`${below}${name}`, value));
}

function isChoice({ type, items, ...schema }: JsonSchema): boolean {
  return !('const' in schema) && (type !== 'array' || (typeof items === 'object' && isChoice(items)));
}

/** Alternatives that differ in `kind`: the kind itself, and the settings of all kinds. */
function settingsOfAlternatives(path: string, section: JsonSchema, alternatives: readonly JsonSchema[]): Setting[] {
  const kindOf = ({ properties }: JsonSchema) => properties?.kind?.const as string;
  const kinds = alternatives.map(kindOf);
  const own = new Map<string, Setting>();
  for (const alternative of alternatives) {
    for (const setting of settingsIn(path, alternative)) {
      const earlier = own.get(setting.path);
      const having = [...(earlier?.kinds ?? []), { kind: kindOf(alternative), default: setting.schema.default }];
      own.set(setting.path, { ...(earlier ?? setting), kinds: having });
    }
  }
  const kind: Setting = {
    path: `${path}.kind`,
    schema: {
      type: 'string',
      enum: kinds,
      default: (section.default as { kind?: string } | undefined)?.kind,
      ...(section.description !== undefined && { description: section.description }),
    },
  };
  const everywhere = ({ kinds: having = [] }: Setting) =>
    having.length === kinds.length && having.every((one) => one.default === having[0]!.default);
  const settings = [...own.values()].map((one) => (everywhere(one) ? { path: one.path, schema: one.schema } : one));
  return kinds.length === 1 ? settings : [kind, ...settings];
}
