/** `GET /openapi.json` and `GET /docs`: the API about itself. */

import { docsPage } from '../docs-page.ts';
import { type OpenApiInfo, openApiDocument } from '../openapi.ts';
import type { Route } from '../route.ts';

const INFO: OpenApiInfo = {
  title: 'Text to image',
  version: 'v1',
  description:
    'Captions in, images out. With `seed` the same address gives the same bytes for the same `revision` of the model, and an ETag; ' +
    'without it a fresh image each time, whose seed is told in the header `T2I-Seed`.',
};

/** @param docsPath where people read; several may be given */
export function documentRoutes(described: readonly Route[], docsPaths: readonly string[]): Route[] {
  const common = { method: 'get' } as const;
  const html = docsPage(described, INFO);
  const document = openApiDocument(described, INFO);
  const headers = { 'Cache-Control': 'no-cache' };
  return [
    {
      ...common,
      path: '/openapi.json',
      summary: 'The OpenAPI 3.1 document',
      answers: ['application/json'],
      handle: (context) => context.json(document, 200, headers),
    },
    ...docsPaths.map(
      (path): Route => ({
        ...common,
        path,
        summary: 'The routes, to read',
        answers: ['text/html'],
        handle: (context) => context.html(html, 200, { ...headers, 'Content-Security-Policy': DOCS_POLICY }),
      }),
    ),
  ];
}

/** The page has styles of its own and nothing else. */
const DOCS_POLICY = "default-src 'none'; style-src 'unsafe-inline'";
