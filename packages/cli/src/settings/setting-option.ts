/** A setting as an option of a command. */

import { InvalidArgumentError, Option } from 'commander';
import type { JsonSchema, Setting } from './schema-settings.ts';

/**
 * The options of a setting. A boolean has two, of which the help shows the one that differs from the default.
 * @param flags name and placeholder, when they are not made from the setting's own name; of a boolean, the flag that differs from the default
 */
export function settingOptions(setting: Setting, flags: string | undefined): Option[] {
  const { schema } = setting;
  if (schema.type !== 'boolean') return [valueOption(setting, flags ?? usualFlags(setting))];
  const shown = flags ?? (schema.default === true ? `--no-${kebabCase(nameOf(setting))}` : usualFlags(setting));
  const opposite = shown.startsWith('--no-') ? shown.replace('--no-', '--') : shown.replace('--', '--no-');
  const both = [new Option(shown, helpText(setting)), new Option(opposite).hideHelp()];
  return both.sort((a, b) => Number(a.negate) - Number(b.negate)); // the positive one first, or commander sets a default
}

function valueOption(setting: Setting, flags: string): Option {
  const { schema } = setting;
  const item = schema.type === 'array' ? (schema.items as JsonSchema) : schema;
  const option = new Option(flags, helpText(setting)).default(undefined, defaultText(setting));
  if (item.enum !== undefined) option.choices(item.enum.map(String));
  return option.argParser<unknown>((text, earlier) => {
    const value = parsed(text, item);
    return schema.type === 'array' ? [...((earlier as unknown[] | undefined) ?? []), value] : value;
  });
}

/** `--learning-rate <x>` */
function usualFlags(setting: Setting): string {
  const { type, enum: choices } = setting.schema;
  const kind = choices?.every(Number.isInteger) ? 'integer' : (type ?? 'string');
  const placeholder = { boolean: '', integer: ' <n>', number: ' <x>' }[kind] ?? ' <name>';
  return `--${kebabCase(nameOf(setting))}${placeholder}`;
}

const nameOf = ({ path }: Setting) => path.slice(path.lastIndexOf('.') + 1);

export const kebabCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function helpText({ schema, kinds }: Setting): string {
  const text = `${schema.type === 'boolean' && schema.default === true ? 'turn off: ' : ''}${schema.description ?? ''}`;
  const notes = [...(kinds?.map(({ kind }) => kind) ?? []), ...(schema.type === 'array' ? ['repeatable'] : [])];
  return notes.length === 0 ? text : `${text} (${notes.join(', ')})`.trimStart();
}

/** Undefined where there is no default, or none worth a word. */
function defaultText({ schema, kinds }: Setting): string | undefined {
  const usual = kinds ?? [{ kind: '', default: schema.default }];
  const values = [...new Set(usual.map((one) => one.default))];
  if (schema.type === 'boolean' || schema.type === 'array' || values[0] === undefined) return undefined;
  if (values.length === 1) return String(values[0]);
  return usual.map((one) => `${one.default} for ${one.kind}`).join(', ');
}

function parsed(text: string, schema: JsonSchema): string | number {
  if (schema.enum !== undefined) {
    const value = schema.enum.find((choice) => String(choice) === text);
    if (value !== undefined) return value as string | number;
    throw new InvalidArgumentError(`Allowed choices are ${schema.enum.join(', ')}.`);
  }
  if (schema.type === 'string') return text;
  const value = Number(text);
  const isNumber = /^[+-]?(\d|\.\d)/.test(text) && Number.isFinite(value);
  if (isNumber && isInRange(value, schema)) return value;
  throw new InvalidArgumentError(`It must be ${rangeText(schema)}.`);
}

function isInRange(value: number, schema: JsonSchema): boolean {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = schema;
  const { type, multipleOf = 1 } = schema;
  const isInside = value >= minimum && value <= maximum && value > exclusiveMinimum && value < exclusiveMaximum;
  return isInside && (type !== 'integer' || (Number.isInteger(value) && value % multipleOf === 0));
}

function rangeText({ type, multipleOf = 1, ...schema }: JsonSchema): string {
  const known = (limit: number | undefined) =>
    limit !== undefined && Number.isFinite(limit) && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
  const bounds = [
    known(schema.minimum) && `at least ${schema.minimum}`,
    known(schema.exclusiveMinimum) && `above ${schema.exclusiveMinimum}`,
    known(schema.maximum) && `at most ${schema.maximum}`,
    known(schema.exclusiveMaximum) && `below ${schema.exclusiveMaximum}`,
  ].filter((bound) => bound !== false);
  const what = type !== 'integer' ? 'a number' : multipleOf === 1 ? 'a whole number' : `a multiple of ${multipleOf}`;
  return [what, bounds.join(' and ')].join(' ').trimEnd();
}
