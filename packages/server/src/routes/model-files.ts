/** `GET /model-files/<run>/<file>`: the files of a published model, for browsers and for `openPublishedModel`. */

import { z } from 'zod';
import { fileResponse, IMMUTABLE } from '../file-response.ts';
import { Problem } from '../problem.ts';
import { findModel, queryRoute, type Route, type Service } from '../route.ts';
import type { ServedModel } from '../served-model.ts';

const MANIFEST = 'model.json';

export function modelFileRoute(service: Service): Route {
  const query = z.object({
    sha256: z
      .string()
      .max(64)
      .optional()
      .describe('expected SHA-256 of the file; the response is then immutable, or 409 if it differs'),
  });
  const facts = {
    method: 'get',
    path: '/model-files/{run}/{file}',
    pattern: '/model-files/:run/:file',
    summary: 'Download a file of a published model: model.json or a file that it names. Runs in training have none',
    pathParameters: { run: 'name of a served model', file: 'name of a file' },
    query,
    answers: ['application/json', 'application/octet-stream'],
    tagged: true,
    problems: [400, 404, 409],
  } as const;
  return queryRoute(facts, async (context, { sha256 }) => {
    const model = findModel(service, context.req.param('run'));
    context.set('model', model.name);
    // Only listed files have a path; no part of the URL becomes one.
    const file = (await model.files()).find(({ name }) => name === context.req.param('file'));
    if (sha256 !== undefined && file !== undefined && sha256 !== file.sha256) {
      throw new Problem('revision-changed', 'The SHA-256 of this file has changed.');
    }
    const answer = file && (await fileResponse(context, file, () => (sha256 ? IMMUTABLE : 'no-cache')));
    if (answer !== undefined) return answer;
    throw new Problem('not-found', `The model ${model.name} has no such file to download.`);
  });
}

/** The URL of the files of a published model; undefined for any other model. */
export async function modelFilesAddress(model: ServedModel): Promise<string | undefined> {
  const files = await model.files();
  if (!files.some(({ name }) => name === MANIFEST)) return undefined;
  return `/v1/model-files/${encodeURIComponent(model.name)}/`;
}
