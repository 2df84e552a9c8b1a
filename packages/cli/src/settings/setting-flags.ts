/** The flags of a command that a configuration's schema describes: a setting of the schema is a flag, without a word more. */

import type { Command } from 'commander';
import type * as z from 'zod';
import { type Setting, schemaSettings } from './schema-settings.ts';
import { kebabCase, settingOptions } from './setting-option.ts';

/** Dotted names of all values and sections of a configuration. */
type Path<T> = T extends readonly unknown[] | string | number | boolean | undefined
  ? never
  : { [K in keyof T & string]-?: K | `${K}.${Path<NonNullable<T[K]>>}` }[keyof T & string];

export interface SettingFlagsOptions<Config> {
  /** Flags that are not called as their setting, as commander writes them: `--preview <caption>`. */
  readonly flags?: Partial<Record<Path<Config>, string>>;
  /** Settings and sections without flags. */
  readonly without?: readonly Path<Config>[];
  /** Settings and sections with flags. Default: all. */
  readonly only?: readonly Path<Config>[];
  /** Headings in the help, by the name of a section. */
  readonly headings?: Partial<Record<keyof Config, string>>;
}

type Values = Readonly<Record<string, unknown>>;

export class SettingFlags<Schema extends z.ZodType> {
  readonly #settings: readonly { setting: Setting; flags: string | undefined; attribute: string }[];
  readonly #headings: Readonly<Record<string, string | undefined>>;

  constructor(schema: Schema, options: SettingFlagsOptions<z.input<Schema>> = {}) {
    const names = (options.flags ?? {}) as Readonly<Record<string, string>>;
    const isAmong = (path: string, places: readonly string[]) => places.some((place) => isWithin(path, place));
    const { without = [], only = [] } = options as { without?: readonly string[]; only?: readonly string[] };
    this.#headings = (options.headings ?? {}) as Readonly<Record<string, string>>;
    this.#settings = schemaSettings(schema)
      .filter(({ path }) => !isAmong(path, without) && (options.only === undefined || isAmong(path, only)))
      .map((setting) => {
        const flags = names[setting.path];
        return { setting, flags, attribute: settingOptions(setting, flags)[0]!.attributeName() };
      });
  }

  /** Adds an option for every setting. */
  addTo(command: Command): Command {
    for (const { setting, flags } of this.#settings) {
      const heading = this.#headings[sectionOf(setting)];
      for (const option of settingOptions(setting, flags)) {
        command.addOption(heading === undefined ? option : option.helpGroup(heading));
      }
    }
    return command;
  }

  /** The part of a configuration that the flags ask for: only what was given, so that defaults fill the rest. */
  given(values: object): Record<string, unknown> {
    const config: Record<string, unknown> = {};
    for (const { setting, flags, attribute } of this.#settings) {
      const value = (values as Values)[attribute];
      if (value !== undefined) put(config, setting.path, isInverse(setting, flags) ? !value : value);
    }
    return config;
  }

  /** The flag that asked for a setting, for something in it, or for the section that it is; if one did. */
  flagOf(path: string, values: object): string | undefined {
    const given = this.#settings.filter(({ attribute }) => (values as Values)[attribute] !== undefined);
    const found = given.find(({ setting }) => isWithin(path, setting.path) || isWithin(setting.path, path));
    if (found === undefined) return undefined;
    const positive = `--${kebabCase(found.attribute)}`;
    return (values as Values)[found.attribute] === false ? positive.replace('--', '--no-') : positive;
  }

  /** The flags that turn the configuration `usual` into `config`. */
  flagsFor(config: object, usual: object): string[] {
    return this.#settings.flatMap(({ setting, flags, attribute }) => {
      const value = valueAt(config, setting.path);
      if (value === undefined || String(value) === String(valueAt(usual, setting.path))) return [];
      if (Array.isArray(value) !== (setting.schema.type === 'array')) return []; // another kind's, of the same name
      const name = `--${kebabCase(attribute)}`;
      if (typeof value === 'boolean') return [value === isInverse(setting, flags) ? name.replace('--', '--no-') : name];
      return [value].flat().map((one) => `${name} ${one}`);
    });
  }
}

const isWithin = (path: string, section: string) => path === section || path.startsWith(`${section}.`);

const sectionOf = ({ path }: Setting) => path.split('.')[0]!;

/** A flag with a name of its own for a setting that is on by default turns it off. */
const isInverse = ({ schema }: Setting, flags: string | undefined) =>
  schema.type === 'boolean' && schema.default === true && flags !== undefined;

function put(config: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop()!;
  let section = config;
  for (const name of names) {
    section[name] ??= {};
    section = section[name] as Record<string, unknown>;
  }
  section[last] = value;
}

function valueAt(config: object, path: string): unknown {
  return path.split('.').reduce<unknown>((section, name) => (section as Values | undefined)?.[name], config);
}
