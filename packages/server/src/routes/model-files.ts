/** `GET /model-files/<run>/<file>`: a published model itself, for browsers to draw with, and for `openPublishedModel`. */

import { z } from 'zod';
import { fileResponse, IMMUTABLE } from '../file-response.ts';
import { Problem } from '../problem.ts';
import { findModel, queryRoute, type Route, type Service } from '../route.ts';
import type { ServedModel } from '../served-model.ts';

const MANIFEST = 'model.json';

export function modelFileRoute(service: Service): Route {
  const query = z.object({
    sha256: z.string().max(64).optional().describe('of the bytes; then the answer may be kept for ever, or is 409'),
  });
  const facts = {
    method: 'get',
    path: '/model-files/{run}/{file}',
    pattern: '/model-files/:run/:file',
    summary: 'A file of a published model: model.json, or one of those that it names; a run in training has none',
    pathParameters: { run: 'name of a served model', file: 'name of a file' },
    query,
    answers: ['application/json', 'application/octet-stream'],
    tagged: true,
    problems: [400, 404, 409],
  } as const;
  return queryRoute(facts, async (context, { sha256 }) => {
    const model = findModel(service, context.req.param('run'));
    context.set('model', model.name);
    // Only what is listed has a path: no part of an address becomes one.
    const file = (await model.files()).find(({ name }) => name === context.req.param('file'));
    if (sha256 !== undefined && file !== undefined && sha256 !== file.sha256) {
      throw new Problem('revision-changed', 'The bytes of this file have another SHA-256 now.');
    }
    const answer = file && (await fileResponse(context, file, () => (sha256 ? IMMUTABLE : 'no-cache')));
    if (answer !== undefined) return answer;
    throw new Problem('not-found', `The model ${model.name} has no such file to download.`);
  });
}

/** Where the files of a model lie, if it is a published one. */
export async function modelFilesAddress(model: ServedModel): Promise<string | undefined> {
  const files = await model.files();
  if (!files.some(({ name }) => name === MANIFEST)) return undefined;
  return `/v1/model-files/${encodeURIComponent(model.name)}/`;
}
