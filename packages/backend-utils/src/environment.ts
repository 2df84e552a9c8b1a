/** What a backend depends on outside TensorFlow.js: environment variables, the platform, optional packages. */

/** Imports a module by name. */
export type ImportModule = (name: string) => Promise<unknown>;

/** The surroundings of a backend. Tests replace them. */
export interface Environment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly isNode: boolean;
  /** Imports optional packages. Bundled programs and pages set it. By default each backend's package imports its own. */
  readonly importModule?: ImportModule;
  /** File names in /dev and /dev/dri, which show the graphics cards on Linux; undefined on other systems. */
  deviceFiles(): Promise<readonly string[] | undefined>;
}

const hasProcess = typeof process !== 'undefined';

/** This process or page. */
export const environment: Environment = {
  variables: hasProcess ? process.env : {},
  isNode: hasProcess && process.versions?.node !== undefined,
  async deviceFiles() {
    if (!hasProcess || process.platform !== 'linux') return undefined;
    const name: string = 'node:fs/promises'; // not a literal in `import()`: bundlers for browsers would look for it
    const { readdir } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as FileSystem;
    const lists = await Promise.all(['/dev', '/dev/dri'].map((directory) => readdir(directory).catch(() => [])));
    return lists.flat();
  },
};

type FileSystem = typeof import('node:fs/promises');
