/** Selects the backend that TensorFlow.js computes with, and reports which one and why. */

import { type BackendFacts, type Environment, environment } from '@t2i/backend-utils';
import { BackendError, ConfigError, errorMessage, T2iError } from '@t2i/core';
import { BACKENDS, type BackendName, type BackendOptions, BROWSER_BACKENDS, NODE_BACKENDS } from './backends.ts';
import { findGraphicsCards, type GraphicsCards } from './graphics-cards.ts';

/** The order of trial in Node, the fastest backend first. */
const AUTOMATIC: readonly BackendName[] = ['node-gpu', 'webgpu', 'native', 'node', 'wasm', 'cpu'];

/** The graphics card that a backend needs. */
const NEEDS: Partial<Record<BackendName, keyof GraphicsCards>> = { 'node-gpu': 'nvidia', webgpu: 'any' };

export interface SelectBackendOptions extends BackendOptions {
  /** The backend to use, and no other. `auto`, the default: the one in the variable T2I_BACKEND, otherwise the fastest that works. */
  readonly prefer?: 'auto' | BackendName;
  /**
   * Tests a backend that has started, for example by opening a model on it. If it throws, the backend counts as not working
   * and `auto` tries the next one. A `T2iError` that is not a `BackendError` ends the selection.
   */
  readonly check?: () => Promise<void>;
}

/** The selected backend. */
export interface BackendChoice extends BackendFacts {
  readonly name: BackendName;
  /** Why this backend was selected, and why none of those before it. */
  readonly reason: string;
}

/**
 * Makes a backend the current one of TensorFlow.js.
 * @throws BackendError when the requested backend is not installed or does not work here; its hint says what to do
 * @throws ConfigError when `prefer` or T2I_BACKEND is not the name of a backend
 */
export function selectBackend(options: SelectBackendOptions = {}): Promise<BackendChoice> {
  return selectBackendIn(environment, options);
}

/** {@link selectBackend} in a given environment. */
export async function selectBackendIn(
  environment: Environment,
  options: SelectBackendOptions = {},
): Promise<BackendChoice> {
  const choice = await choose(environment, options);
  options.logger?.info(`Backend: ${describeChoice(choice)}`);
  return choice;
}

async function choose(environment: Environment, options: SelectBackendOptions): Promise<BackendChoice> {
  const { prefer = 'auto' } = options;
  if (prefer !== 'auto') return start(environment, backendNamed(prefer, environment), 'requested', options);
  const variable = environment.variables.T2I_BACKEND || 'auto';
  if (variable !== 'auto')
    return start(environment, backendNamed(variable, environment), 'requested by T2I_BACKEND', options);
  const problems: string[] = [];
  for (const name of await candidates(environment)) {
    const reason = ['the fastest that works here', ...problems].join('. ');
    try {
      const choice = await start(environment, name, reason, options);
      if (name === 'node-gpu' && choice.device === 'cpu')
        throw new BackendError('TensorFlow finds no graphics card that it can use.');
      return choice;
    } catch (error) {
      if (!BackendError.isInstance(error)) throw error;
      problems.push(`Not ${name}: ${error.message.replace(/\.$/, '')}`);
    }
  }
  throw new BackendError(`No backend works here. ${problems.join('. ')}.`, {
    hint: environment.isNode ? 'Run "t2i doctor".' : 'Try a recent version of Chrome, Edge, Firefox or Safari.',
  });
}

/** The backends to try. Loading the driver of a graphics card takes long, so it is not done without a card. */
async function candidates(environment: Environment): Promise<readonly BackendName[]> {
  if (!environment.isNode) return BROWSER_BACKENDS;
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
  { check, ...options }: SelectBackendOptions,
): Promise<BackendChoice> {
  try {
    const facts = await BACKENDS[name](options, environment);
    await check?.();
    return { name, ...facts, reason };
  } catch (error) {
    if (T2iError.isInstance(error)) throw error;
    throw new BackendError(errorMessage(error), { cause: error });
  }
}

function backendNamed(name: string, { isNode }: Environment): BackendName {
  if (Object.hasOwn(BACKENDS, name)) return name as BackendName;
  const names = isNode ? NODE_BACKENDS : BROWSER_BACKENDS;
  throw new ConfigError(`There is no backend "${name}".`, { hint: `Choose one of auto, ${names.join(', ')}.` });
}

/** For example `wasm 4.22.0 (simd128, 1 thread): the fastest that works here. Not native: …`. */
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
