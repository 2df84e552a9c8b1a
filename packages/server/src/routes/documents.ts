/** `GET /openapi.json` and `GET /docs`: the documentation of the API. */

import { docsPage } from '../docs-page.ts';
import { type OpenApiInfo, openApiDocument } from '../openapi.ts';
import type { Route } from '../route.ts';

const INFO: OpenApiInfo = {
  title: 'Text to image',
  version: 'v1',
  description:
    'Generates images from captions. With `seed`, the same URL gives the same bytes for the same `revision` of the model, and an ETag. ' +
    'Without it, every request gives a new image, and the header `T2I-Seed` contains its seed.',
};

/** @param docsPaths paths of the HTML page */
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
        summary: 'This documentation as a web page',
        answers: ['text/html'],
        handle: (context) => context.html(html, 200, { ...headers, 'Content-Security-Policy': DOCS_POLICY }),
      }),
    ),
  ];
}

/** The page has inline styles and nothing else. */
const DOCS_POLICY = "default-src 'none'; style-src 'unsafe-inline'";
