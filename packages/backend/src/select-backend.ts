/** Chooses the engine that TensorFlow.js computes with, and says which and why. */

import { BackendError, ConfigError, T2iError } from '@t2i/core';
import type { EngineFacts, EngineName, EngineOptions } from './engine.ts';
import { ENGINE_NAMES, ENGINES } from './engines.ts';
import { type Environment, environment } from './environment.ts';
import { findGraphicsCards, type GraphicsCards } from './graphics-cards.ts';

/** Tried in this order when nobody asks for one. */
const AUTOMATIC: readonly EngineName[] = ['node-gpu', 'webgpu', 'native', 'node', 'wasm', 'cpu'];
const AUTOMATIC_IN_BROWSERS: readonly EngineName[] = ['webgpu', 'wasm', 'cpu'];

/** Which graphics card an engine cannot do without. */
const NEEDS: Partial<Record<EngineName, keyof GraphicsCards>> = { 'node-gpu': 'nvidia', webgpu: 'any' };

export interface SelectBackendOptions extends EngineOptions {
  /** The engine to use, and no other. `auto`, the default: that of the variable T2I_BACKEND, or else the fastest that works. */
  readonly prefer?: 'auto' | EngineName;
}

/** The engine that was chosen. */
export interface BackendChoice extends EngineFacts {
  readonly name: EngineName;
  /** Why this one, and why none of those that come before it. */
  readonly reason: string;
}

/**
 * Makes an engine the current one of TensorFlow.js.
 * @throws BackendError when the engine asked for is not installed or does not work here; its hint says what to do
 * @throws ConfigError when `prefer` or T2I_BACKEND is not the name of an engine
 */
export function selectBackend(options: SelectBackendOptions = {}): Promise<BackendChoice> {
  return selectBackendIn(environment, options);
}

/** {@link selectBackend} in a given environment. */
export async function selectBackendIn(
  environment: Environment,
  { prefer = 'auto', ...options }: SelectBackendOptions = {},
): Promise<BackendChoice> {
  const choice = await choose(environment, prefer, options);
  options.logger?.info(`Engine: ${describeChoice(choice)}`);
  return choice;
}

async function choose(environment: Environment, prefer: string, options: EngineOptions): Promise<BackendChoice> {
  if (prefer !== 'auto') return start(environment, engineNamed(prefer), 'asked for', options);
  const variable = environment.variables.T2I_BACKEND || 'auto';
  if (variable !== 'auto') return start(environment, engineNamed(variable), 'asked for by T2I_BACKEND', options);
  const refusals: string[] = [];
  for (const name of await candidates(environment)) {
    const reason = ['the fastest that works here', ...refusals].join('. ');
    try {
      const choice = await start(environment, name, reason, options);
      if (name === 'node-gpu' && choice.device === 'cpu')
        throw new BackendError('TensorFlow finds no graphics card that it can use.');
      return choice;
    } catch (error) {
      if (!T2iError.isInstance(error)) throw error;
      refusals.push(`Not ${name}: ${error.message.replace(/\.$/, '')}`);
    }
  }
  throw new BackendError(`No engine works here. ${refusals.join('. ')}.`);
}

/** What is worth a try: loading the driver of a graphics card takes long only to say that there is none. */
async function candidates(environment: Environment): Promise<readonly EngineName[]> {
  if (!environment.isNode) return AUTOMATIC_IN_BROWSERS;
  const cards = await findGraphicsCards(environment);
  return AUTOMATIC.filter((name) => {
    const needed = NEEDS[name];
    return needed === undefined || cards[needed];
  });
}

async function start(
  environment: Environment,
  name: EngineName,
  reason: string,
  options: EngineOptions,
): Promise<BackendChoice> {
  return { name, ...(await ENGINES[name].start(environment, options)), reason };
}

function engineNamed(name: string): EngineName {
  const found = ENGINE_NAMES.find((engine) => engine === name);
  if (found !== undefined) return found;
  throw new ConfigError(`There is no engine "${name}".`, { hint: `Choose one of auto, ${ENGINE_NAMES.join(', ')}.` });
}

/** `wasm 4.22.0 (simd128, 1 thread): the fastest that works here. Not native: …` */
export function describeChoice({
  name,
  version,
  instructionSet,
  adapter,
  software,
  device,
  threads,
  reason,
}: BackendChoice): string {
  const counted = threads === undefined ? undefined : `${threads} thread${threads === 1 ? '' : 's'}`;
  const where = device === 'cpu' ? 'no graphics card found, on the CPU' : device;
  const card = software ? `${adapter}, in software` : adapter;
  const details = [instructionSet, card, where, counted].filter((detail) => detail !== undefined).join(', ');
  return `${name}${version ? ` ${version}` : ''}${details ? ` (${details})` : ''}: ${reason}.`;
}
