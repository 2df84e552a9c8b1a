/** What all kinds of run have in common: a record in `run.json`, sources that must not change, and training that resumes. */

import { CheckpointError, type JsonValue, type TrainBatch } from '@t2i/core';
import { readRun, type RunRecord as TrainerRecord, type TrainOptions, type TrainResult, train } from '@t2i/trainer';
import { z } from 'zod';

/** The kinds of run by the `kind` in `run.json`, and what each trains. */
const TRAINED = {
  'text-to-image': 'a text-to-image model',
  'text-encoder': 'a text encoder',
  'style-encoder': 'a style encoder',
} as const;

export type RunKind = keyof typeof TRAINED;

const kindSchema = z.looseObject({ kind: z.enum(Object.keys(TRAINED) as RunKind[]).default('text-to-image') });

/** The directory of a run, and who watches it. */
export type RunOptions = Pick<TrainOptions, 'runDirectory' | 'logger' | 'trackers' | 'onStep' | 'signal'>;

/** With the lock of the directory, which the caller holds. */
export type LockedRunOptions = RunOptions & Required<Pick<TrainOptions, 'lock'>>;

/** The part of a record that every kind of run has. */
interface Trained {
  readonly config: { readonly seed: number; readonly trainer: Omit<TrainerRecord['trainer'], 'seed'> };
}

/** Something outside the run's directory, or in it, that a run is made of. */
export interface Source<Value> {
  /** Names the source and its content. */
  readonly idOf: (value: Value) => string | undefined;
  readonly changed: (change: { before: Value; now: Value; directory: string }) => string;
  readonly hint: string;
}

export interface RunDefinition<Content extends Trained> {
  readonly kind: RunKind;
  /** Of the record, without its `kind`. */
  readonly schema: z.ZodType<Content>;
  /** Parts of the record that must be the same when the run is used again. */
  readonly sources: { readonly [Name in keyof Content]?: Source<Content[Name]> };
}

/** A kind of run. */
export interface Run<Content extends Trained> {
  /** @throws CheckpointError when the directory holds no run, or one of another kind or version */
  read(directory: string): Promise<Content>;
  /** @throws CheckpointError naming the first of the sources in `now` that is not the recorded one */
  assertSameSources(directory: string, record: Content, now: Partial<Content>): void;
  /** The record with other limits or places; undefined changes nothing. */
  withChanges(record: Content, changes: ConfigChanges<Content['config']>): Content;
  /** Trains with the settings of the record, and keeps it in a new run's `run.json`. */
  train<Batch = TrainBatch>(
    record: Content,
    options: Omit<TrainOptions<Batch>, 'config' | 'run'>,
  ): Promise<TrainResult>;
}

/** Top-level settings of a configuration, and single settings of its trainer. */
export type ConfigChanges<Config extends Trained['config']> = {
  readonly [Name in keyof Config]?: (Name extends 'trainer' ? Partial<Config[Name]> : Config[Name]) | undefined;
};

export function defineRun<Content extends Trained>({ kind, schema, sources }: RunDefinition<Content>): Run<Content> {
  return {
    async read(directory) {
      const { run } = await readRun(directory);
      const found = runKindOf(run);
      if (found !== undefined && found !== kind) {
        throw new CheckpointError(`${directory} is the run of ${TRAINED[found]}, not of ${TRAINED[kind]}.`, {
          hint: 'Check the path.',
        });
      }
      const { kind: _, ...content } = (run ?? {}) as Record<string, unknown>;
      const result = schema.safeParse(content);
      if (result.success) return result.data;
      const problems = z.prettifyError(result.error);
      throw new CheckpointError(`${directory} is not the run of ${TRAINED[kind]} of this version:\n${problems}`, {
        cause: result.error,
      });
    },

    assertSameSources(directory, record, now) {
      for (const name of Object.keys(sources) as (keyof Content)[]) {
        if (!(name in now)) continue;
        const { idOf, changed, hint }: Source<Content[keyof Content]> = sources[name]!;
        const change = { before: record[name], now: now[name] as Content[keyof Content], directory };
        if (idOf(change.before) !== idOf(change.now)) throw new CheckpointError(changed(change), { hint });
      }
    },

    withChanges(record, { trainer, ...changes }) {
      const said = Object.entries(changes).filter(([, value]) => value !== undefined);
      const { config } = record;
      return {
        ...record,
        config: { ...config, ...Object.fromEntries(said), trainer: { ...config.trainer, ...trainer } },
      };
    },

    train(record, options) {
      const { seed, trainer } = record.config;
      return train({ ...options, config: { ...trainer, seed }, run: recorded(kind, record) });
    },
  };
}

/** What a run trains, by the record in its `run.json`; undefined for the run of another program. */
export function runKindOf(run: JsonValue): RunKind | undefined {
  return kindSchema.safeParse(run).data?.kind;
}

/** As JSON has it: without what is undefined. Runs of text-to-image models came first, and record no kind. */
function recorded(kind: RunKind, record: object): JsonValue {
  return JSON.parse(JSON.stringify(kind === 'text-to-image' ? record : { kind, ...record })) as JsonValue;
}
