/** The contents of `bundle.json`, and where the parts of a bundle are. */

/** The files of a bundle. */
export const BUNDLE_FILES = {
  facts: 'bundle.json',
  run: 'run.sh',
  start: 'start.mjs',
  node: 'node.xz',
  program: 'program.tar.br',
  data: 'data.tar.br',
  /** xz and its library, for machines without. */
  tools: 'tools',
} as const;

export interface BundleFacts {
  readonly format: 1;
  /** Names what is in the bundle: unpacked parts of another one are never taken for it. */
  readonly id: string;
  /** `linux-x64` */
  readonly platform: string;
  readonly node: string;
  /** Newest version of glibc that something in the bundle asks for. */
  readonly glibc: string;
  readonly backends: readonly string[];
  /** The set's images, as people say it; undefined without a set. */
  readonly images: string | undefined;
  /** SHA-256 of the parts. */
  readonly parts: Readonly<Record<'program', string> & Partial<Record<'data', string>>>;
}

/** What the program of a bundle is started with. */
export interface Bundled {
  /** Directory of the bundle. */
  readonly bundle: string;
  /** Directory that its parts are unpacked into. */
  readonly cache: string;
  readonly facts: BundleFacts;
  /** Flags of `t2i train`. */
  readonly args: readonly string[];
}

/** What the program of a bundle exports. */
export interface BundledProgram {
  /** Trains and returns the exit code. */
  trainBundled(bundled: Bundled): Promise<number>;
}

/** Where the parts of a bundle are once they are unpacked. */
export function unpackedPlaces(cache: string) {
  return {
    program: `${cache}/program`,
    /** Entry of the program. */
    train: `${cache}/program/dist/train.js`,
    config: `${cache}/program/config.json`,
    /** There only when the configuration names an encoder of one's own. */
    encoder: `${cache}/program/encoder`,
    data: `${cache}/data`,
    /** The prepared set in it. */
    set: `${cache}/data/set`,
  };
}
