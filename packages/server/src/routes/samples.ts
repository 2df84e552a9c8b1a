/** `GET /samples/<run>` and `GET /film/<run>`: the sample sheets of a training run by epoch. */

import { T2iError } from '@t2i/core';
import { z } from 'zod';
import { bytesResponse } from '../bytes-response.ts';
import { fileResponse, fileVersion, IMMUTABLE } from '../file-response.ts';
import { entityTag, matches } from '../images.ts';
import { Problem } from '../problem.ts';
import { findModel, queryRoute, type RequestContext, type Route, type Service } from '../route.ts';
import type { FilmSettings, Samples, Sheet } from '../samples.ts';

const RUN = { run: 'name of a served model' };
const MAX_FILMS = 4;

export function samplesRoutes(service: Service): Route[] {
  const common = { method: 'get', problems: [404], pathParameters: RUN } as const;
  const films = new FilmRoll();
  const list: Route = {
    ...common,
    path: '/samples/{run}',
    pattern: '/samples/:run',
    summary: 'List the sample sheets of a run by epoch',
    description: 'The content at the `url` of a sheet never changes.',
    answers: ['application/json'],
    json: z.strictObject({
      run: z.string(),
      sheets: z.array(z.strictObject({ epoch: z.int(), url: z.string().describe('relative to the server') })),
    }),
    async handle(context) {
      const { name, samples } = samplesOf(service, context);
      const sheets = await Promise.all(
        (await samples.list()).map(async (sheet) => {
          const version = await fileVersion(sheet);
          const { epoch } = sheet;
          return { epoch, url: `/v1/samples/${encodeURIComponent(name)}/${epoch}?v=${version}` };
        }),
      );
      return context.json({ run: name, sheets }, 200, { 'Cache-Control': 'no-cache' });
    },
  };
  const sheet: Route = {
    ...common,
    path: '/samples/{run}/{epoch}',
    pattern: '/samples/:run/:epoch',
    summary: 'The sample sheet of an epoch: one caption per row, one noise per column',
    pathParameters: { ...RUN, epoch: 'epoch number from 1; 0 is before training' },
    answers: ['image/png'],
    tagged: true,
    async handle(context) {
      const { samples } = samplesOf(service, context);
      const found = (await samples.list()).find(({ epoch }) => String(epoch) === context.req.param('epoch'));
      const v = context.req.query('v');
      const answer =
        found && (await fileResponse(context, found, (version) => (v === version ? IMMUTABLE : 'no-cache')));
      if (answer !== undefined) return answer;
      throw new Problem('not-found', 'There is no sample sheet for this epoch.');
    },
  };
  const query = z.object({
    fps: z.int().min(1).max(30).default(8).describe('frames per second'),
    frames: z.int().min(2).max(120).default(100).describe('maximum number of epochs, evenly spaced'),
    width: z.int().min(64).max(600).default(400).describe('width in pixels'),
  });
  const facts = {
    ...common,
    path: '/film/{run}',
    pattern: '/film/:run',
    summary: 'The sample sheets of a run as an animated WebP',
    query,
    answers: ['image/webp'],
    tagged: true,
    problems: [400, 404, 429],
  } as const;
  const film = queryRoute(facts, async (context, { frames: maxFrames, ...settings }) => {
    const { samples } = samplesOf(service, context);
    const sheets = await samples.list();
    if (sheets.length === 0) throw new Problem('not-found', 'The run has no samples yet.');
    const ETag = await filmTag(sheets, { ...settings, maxFrames });
    const charge = () => context.var.charge?.(Math.min(maxFrames, sheets.length));
    const headers = { ETag, 'Cache-Control': 'no-cache' };
    if (matches(context.req.header('If-None-Match'), ETag)) return new Response(null, { status: 304, headers });
    const bytes = await films.get(samples, ETag, { ...settings, maxFrames }, charge).catch((cause) => {
      if (!T2iError.isInstance(cause)) throw cause;
      throw new Problem('not-found', 'The sample sheets of this run cannot be turned into a film.', { cause });
    });
    return bytesResponse(bytes, { ...headers, 'Content-Type': 'image/webp' });
  });
  return [list, sheet, film];
}

function samplesOf(service: Service, context: RequestContext): { name: string; samples: Samples } {
  const { name, samples } = findModel(service, context.req.param('run'));
  context.set('model', name);
  if (samples !== undefined) return { name, samples };
  throw new Problem('not-found', `The model ${name} has no samples.`);
}

async function filmTag(sheets: readonly Sheet[], settings: FilmSettings): Promise<string> {
  const versions = await Promise.all(sheets.map(async (sheet) => [sheet.epoch, await fileVersion(sheet)]));
  return entityTag(['film', versions, settings]);
}

/** Films take seconds and much memory. One is made at a time, few may wait, and the last film of each run is cached. */
class FilmRoll {
  readonly #kept = new WeakMap<Samples, { tag: string; film: Promise<Uint8Array> }>();
  #last: Promise<unknown> = Promise.resolve();
  #unfinished = 0;

  /** @param charge called before a film is made */
  async get(samples: Samples, tag: string, settings: FilmSettings, charge: () => void): Promise<Uint8Array> {
    const kept = this.#kept.get(samples);
    if (kept?.tag === tag) return kept.film;
    if (this.#unfinished >= MAX_FILMS) {
      throw new Problem('queue-full', 'Too many films are being made. Try again later.', { retryAfter: 5 });
    }
    charge();
    this.#unfinished += 1;
    const entry = { tag, film: this.#last.then(() => samples.film(settings)) };
    this.#kept.set(samples, entry);
    this.#last = entry.film
      .catch(() => {
        if (this.#kept.get(samples) === entry) this.#kept.delete(samples);
      })
      .finally(() => {
        this.#unfinished -= 1;
      });
    return entry.film;
  }
}
