/** Chooses the backend that TensorFlow.js computes with, and says which and why. */

import { BackendError, ConfigError, T2iError } from '@t2i/core';
import type { BackendFacts, BackendName, BackendOptions } from './backend.ts';
import { BACKEND_NAMES, BACKENDS } from './backends.ts';
import { type Environment, environment } from './environment.ts';
import { findGraphicsCards, type GraphicsCards } from './graphics-cards.ts';

/** Tried in this order when nobody asks for one. */
const AUTOMATIC: readonly BackendName[] = ['node-gpu', 'webgpu', 'native', 'node', 'wasm', 'cpu'];
const AUTOMATIC_IN_BROWSERS: readonly BackendName[] = ['webgpu', 'wasm', 'cpu'];

/** Which graphics card a backend cannot do without. */
const NEEDS: Partial<Record<BackendName, keyof GraphicsCards>> = { 'node-gpu': 'nvidia', webgpu: 'any' };

export interface SelectBackendOptions extends BackendOptions {
  /** The backend to use, and no other. `auto`, the default: that of the variable T2I_BACKEND, or else the fastest that works. */
  readonly prefer?: 'auto' | BackendName;
}

/** The backend that was chosen. */
export interface BackendChoice extends BackendFacts {
  readonly name: BackendName;
  /** Why this one, and why none of those that come before it. */
  readonly reason: string;
}

/**
 * Makes a backend the current one of TensorFlow.js.
 * @throws BackendError when the backend asked for is not installed or does not work here; its hint says what to do
 * @throws ConfigError when `prefer` or T2I_BACKEND is not the name of a backend
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
  options.logger?.info(`Backend: ${describeChoice(choice)}`);
  return choice;
}

async function choose(environment: Environment, prefer: string, options: BackendOptions): Promise<BackendChoice> {
  if (prefer !== 'auto') return start(environment, backendNamed(prefer), 'asked for', options);
  const variable = environment.variables.T2I_BACKEND || 'auto';
  if (variable !== 'auto') return start(environment, backendNamed(variable), 'asked for by T2I_BACKEND', options);
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
  throw new BackendError(`No backend works here. ${refusals.join('. ')}.`);
}

/** What is worth a try: loading the driver of a graphics card takes long only to say that there is none. */
async function candidates(environment: Environment): Promise<readonly BackendName[]> {
  if (!environment.isNode) return AUTOMATIC_IN_BROWSERS;
  const cards = await findGraphicsCards(environment);
  return AUTOMATIC.filter((name) => {
    const needed = NEEDS[name];
    return needed === undefined || cards[needed];
  });
}

async function start(
  environment: Environment,
  name: BackendName,
  reason: string,
  options: BackendOptions,
): Promise<BackendChoice> {
  return { name, ...(await BACKENDS[name].start(environment, options)), reason };
}

function backendNamed(name: string): BackendName {
  const found = BACKEND_NAMES.find((backend) => backend === name);
  if (found !== undefined) return found;
  throw new ConfigError(`There is no backend "${name}".`, { hint: `Choose one of auto, ${BACKEND_NAMES.join(', ')}.` });
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
