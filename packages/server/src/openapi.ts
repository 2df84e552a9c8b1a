/** Builds the OpenAPI 3.1 document from the descriptions of the routes. */

import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import type { Route } from './route.ts';

type JsonObject = Record<string, unknown>;

export interface OpenApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
}

/** @param routes as mounted; a path may occur several times */
export function openApiDocument(routes: readonly Route[], info: OpenApiInfo): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  return { openapi: '3.1.0', info, paths, components: { schemas: { Problem: PROBLEM } } };
}

const PROBLEM = {
  type: 'object',
  description: 'RFC 9457',
  properties: {
    type: { type: 'string', format: 'uri', description: 'urn:t2i:problem:… identifies the problem' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'human-readable message' },
  },
  required: ['type', 'title', 'status', 'detail'],
};

function operation(route: Route): JsonObject {
  const { method, path, summary, description, pathParameters = {}, query, body, problems = [] } = route;
  const parameters = [
    ...Object.entries(pathParameters).map(([name, text]) => ({
      name,
      in: 'path',
      required: true,
      description: text,
      schema: { type: 'string' },
    })),
    ...(query === undefined ? [] : fieldsOf(query).map((field) => ({ ...field, in: 'query' }))),
  ];
  const failures = problems.map((status) => [status, problem(STATUS_CODES[status]!)]);
  return {
    operationId: `${method} ${path}`.replace(/[^a-z0-9]+/gi, '-').replace(/-$/, ''),
    summary,
    ...(description !== undefined && { description }),
    parameters,
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } },
    }),
    responses: {
      200: goodAnswer(route),
      ...(route.tagged && { 304: { description: 'The client already has this content' } }),
      ...Object.fromEntries(failures),
      default: problem('Any other problem'),
    },
  };
}

function goodAnswer({ summary, answers, json, headers = {}, tagged }: Route): JsonObject {
  const all = { ...headers, ...(tagged && { ETag: 'identifies these bytes, for `If-None-Match`' }) };
  const described = Object.entries(all).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return {
    description: summary,
    headers: Object.fromEntries(described),
    content: Object.fromEntries(
      answers.map((type) => [type, type === 'application/json' && json ? { schema: schemaOf(json, 'output') } : {}]),
    ),
  };
}

function problem(description: string): JsonObject {
  return {
    description,
    headers: {
      'Retry-After': {
        description: 'seconds to wait before trying again, if that makes sense',
        schema: { type: 'string' },
      },
    },
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

/** One field of a query or of a body. */
export interface Field {
  readonly name: string;
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Readonly<JsonObject>;
}

/** The fields of a query or body. */
export function fieldsOf(schema: z.ZodObject): Field[] {
  type Properties = Record<string, { description?: string }>;
  const { properties = {}, required = [] } = schemaOf(schema) as { properties?: Properties; required?: string[] };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema: rest,
  }));
}

/** OpenAPI 3.1 uses JSON Schema 2020-12, as zod does. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'input'): JsonObject {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}
