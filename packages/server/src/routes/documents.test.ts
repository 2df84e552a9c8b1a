import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mockApp, mockServed } from '../test-support.ts';

interface Operation {
  readonly responses: {
    readonly 200: { readonly content: Record<string, { readonly schema?: Record<string, unknown> }> };
  };
}

describe('the documents', () => {
  it('describe exactly the existing routes', async () => {
    const app = await mockApp();
    const { openapi, paths } = await (await app.request('/openapi.json')).json();
    expect(openapi).toBe('3.1.0');
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const mounted = app.routes
      .filter(({ method, path }) => method !== 'ALL' && !['/', '/docs', '/openapi.json'].includes(path))
      .map(({ method, path }) => `${method} ${path.replace('/*', '/{caption}').replace(/:(\w+)/g, '{$1}')}`);
    expect(described.sort()).toEqual([...new Set(mounted)].sort());
    expect(paths['/v1/text/{caption}'].get.parameters).toContainEqual({
      name: 'n',
      in: 'query',
      required: false,
      description: expect.any(String),
      schema: { type: 'integer', minimum: 1, maximum: 64, default: 1 },
    });
    expect(
      paths['/v1/interpolate'].get.parameters.filter(({ required }: { required: boolean }) => required),
    ).toMatchObject([{ name: 'from' }, { name: 'to' }]);
    const body = paths['/v1/generate'].post.requestBody.content['application/json'].schema;
    expect(body).toMatchObject({ additionalProperties: false, required: ['captions'] });
  });

  it('follow the schema of OpenAPI 3.1', async () => {
    const document = await (await (await mockApp()).request('/openapi.json')).json();
    expect(await new Validator().validate(document)).toEqual({ valid: true });
    const ids = Object.values(document.paths as Record<string, Record<string, { operationId: string }>>).flatMap(
      (methods) => Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect((await new Validator().validate({ ...document, paths: { text: {} } })).valid).toBe(false);
  });

  it('describe the responses', async () => {
    const samples = { list: async () => [], film: async () => new Uint8Array() };
    const app = await mockApp({ models: [await mockServed({ samples })] });
    const { paths } = await (await app.request('/openapi.json')).json();
    const body = JSON.stringify({ captions: ['a'] });
    const post = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body };
    const asked: [string, string, RequestInit?][] = [
      ['/healthz', '/healthz'],
      ['/readyz', '/readyz'],
      ['/v1/model', '/v1/model'],
      ['/v1/models', '/v1/models'],
      ['/v1/samples/{run}', '/v1/samples/mock'],
      ['/v1/generate', '/v1/generate', post],
    ];
    const schemas = Object.entries(paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
      Object.values(methods).flatMap(({ responses }) => {
        const { schema } = responses[200].content['application/json'] ?? {};
        return schema === undefined ? [] : [[path, schema] as const];
      }),
    );
    expect(schemas.map(([path]) => path).sort()).toEqual(asked.map(([path]) => path).sort());
    for (const [path, address, init] of asked) {
      const answer = await (await app.request(address, init)).json();
      const { error } = z.fromJSONSchema(new Map(schemas).get(path)!).safeParse(answer);
      expect(error, path).toBeUndefined();
    }
  });

  it('can be read as a page without scripts or external resources', async () => {
    const app = await mockApp();
    for (const path of ['/', '/docs']) {
      const response = await app.request(path);
      const html = await response.text();
      expect(response.headers.get('Content-Type')).toMatch(/^text\/html/);
      expect(response.headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'/);
      expect(html).toContain('GET /text/{caption}');
      expect(html).not.toMatch(/<script|https?:\/\//);
    }
  });
});
