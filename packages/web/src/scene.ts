/** What the page shows ⇄ the URL, so that everything can be shared as a link. */

export const VIEWS = ['generate', 'between', 'training'] as const;
export type View = (typeof VIEWS)[number];

export interface Scene {
  readonly view: View;
  readonly text: string;
  /** Second caption of the interpolation. */
  readonly to: string;
  /** Undefined until something was generated. */
  readonly seed: number | undefined;
  /** Path of the image that the shown images are near; see `GenerateRequest.like`. */
  readonly like: readonly number[];
  /** Position between `text` and `to`, 0 to 1. */
  readonly share: number;
  /** Undefined: the newest. */
  readonly epoch: number | undefined;
  /** Undefined: the first served model. */
  readonly model: string | undefined;
  /** Where to generate; undefined: on the server, if there is one. */
  readonly where: 'server' | 'browser' | undefined;
}

export const FIRST_SCENE: Scene = {
  view: 'generate',
  text: 'pink flower with yellow petals',
  to: 'white flower with a dark centre',
  seed: undefined,
  like: [],
  share: 0.5,
  epoch: undefined,
  model: undefined,
  where: undefined,
};

/** The limits of the server. */
const MAX_CAPTION = 1000;
const MAX_STEPS = 64;
const MAX_INDEX = 63;

/** Parses the query of a URL. Invalid parts are ignored, since links get cut and mistyped. */
export function parseScene(search: string): Scene {
  const fields = new URLSearchParams(search);
  const where = fields.get('in');
  return {
    view: VIEWS.find((view) => view === fields.get('view')) ?? FIRST_SCENE.view,
    text: caption(fields.get('text')) ?? FIRST_SCENE.text,
    to: caption(fields.get('to')) ?? FIRST_SCENE.to,
    seed: whole(fields.get('seed'), Number.MAX_SAFE_INTEGER),
    like: path(fields.get('like')),
    share: share(fields.get('at')),
    epoch: whole(fields.get('epoch'), 1e9),
    model: fields.get('model')?.match(/^[\w.-]{1,100}$/)?.[0],
    where: where === 'server' || where === 'browser' ? where : undefined,
  };
}

/** The query of a URL for a scene, `?…`, without what its view does not show. */
export function formatScene(scene: Scene): string {
  const { view, text, to, seed, like, epoch, model, where } = scene;
  const fields = new URLSearchParams();
  if (view !== FIRST_SCENE.view) fields.set('view', view);
  if (view === 'training') {
    if (epoch !== undefined) fields.set('epoch', String(epoch));
  } else {
    fields.set('text', text);
    if (view === 'between') fields.set('to', to);
    if (seed !== undefined) fields.set('seed', String(seed));
    if (view === 'between') fields.set('at', String(scene.share));
    else if (like.length > 0) fields.set('like', like.join('.'));
  }
  if (model !== undefined) fields.set('model', model);
  if (where !== undefined) fields.set('in', where);
  return `?${fields}`;
}

/** A random seed, short enough to be read out. */
export function freshSeed(random: () => number = Math.random): number {
  return Math.floor(random() * 1_000_000);
}

/** A typed seed, or undefined if it is invalid. */
export function readSeed(text: string): number | undefined {
  return whole(text.trim(), Number.MAX_SAFE_INTEGER);
}

function caption(text: string | null): string | undefined {
  const trimmed = text?.trim().slice(0, MAX_CAPTION);
  return trimmed === '' ? undefined : trimmed;
}

function whole(text: string | null, max: number): number | undefined {
  if (text === null || !/^\d{1,16}$/.test(text)) return undefined;
  const number = Number(text);
  return number <= max ? number : undefined;
}

function share(text: string | null): number {
  const number = Number(text ?? Number.NaN);
  return text !== '' && number >= 0 && number <= 1 ? number : FIRST_SCENE.share;
}

function path(text: string | null): readonly number[] {
  const steps = (text ?? '').split('.').map((step) => whole(step, MAX_INDEX));
  return steps.length <= MAX_STEPS && steps.every((step) => step !== undefined) ? steps : [];
}
