/** The OpenAPI document as an HTML page without scripts or external resources. */

import { escapeXml } from '@t2i/image-node';
import { fieldsOf, type OpenApiInfo } from './openapi.ts';
import type { Route } from './route.ts';

/** @param routes as mounted */
export function docsPage(routes: readonly Route[], { title, version, description }: OpenApiInfo): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeXml(title)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
h2 { margin: 2rem 0 .3rem; font-size: 1.05rem }
code { font-family: ui-monospace, monospace }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
td { border-top: 1px solid #8884; padding: .25rem .6rem .25rem 0; vertical-align: top }
p { margin: .3rem 0 }
</style>
<h1>${escapeXml(title)} <small>${escapeXml(version)}</small></h1>
<p>${marked(description)}</p>
<p>Machine-readable: <a href="/openapi.json">openapi.json</a></p>
${routes.map(section).join('\n')}
</html>
`;
}

function section(route: Route): string {
  const { method, path, summary, description = '', answers, json, problems = [] } = route;
  const rows = [
    ...Object.entries(route.pathParameters ?? {}).map(([name, text]) => row(name, 'path', text)),
    ...(route.query === undefined ? [] : parametersOf(route.query, '')),
    ...(route.body === undefined ? [] : parametersOf(route.body, 'JSON, ')),
  ];
  const table = rows.length === 0 ? '' : `<table>${rows.join('')}</table>`;
  const holding = json === undefined ? '' : ` with ${Object.keys(json.shape).map(code).join(', ')}`;
  const failures = problems.length === 0 ? '' : `; ${problems.join(', ')} with <code>application/problem+json</code>`;
  return `<section>
<h2>${code(`${method.toUpperCase()} ${path}`)}</h2>
<p>${marked(`${summary}. ${description}`)}</p>
${table}
<p>Response: ${answers.map(code).join(', ')}${holding}${failures}</p>
</section>`;
}

function parametersOf(schema: NonNullable<Route['query']>, place: string): string[] {
  return fieldsOf(schema).map(({ name, required, description = '', schema: type }) =>
    row(name, place + (required ? `${describe(type)}, required` : describe(type)), description),
  );
}

function row(name: string, type: string, text: string): string {
  return `<tr><td>${code(name)}</td><td>${escapeXml(type)}</td><td>${marked(text)}</td></tr>`;
}

const code = (text: string) => `<code>${escapeXml(text)}</code>`;

/** A short description of a JSON Schema. */
function describe(schema: Readonly<Record<string, unknown>>): string {
  const { type, enum: values, minimum, maximum, default: standard } = schema;
  const kind = Array.isArray(values) ? values.join(' | ') : String(type);
  const range = minimum === undefined ? '' : ` ${minimum} … ${maximum}`;
  return `${kind}${range}${standard === undefined ? '' : `, default ${standard}`}`;
}

/** Text with `code` as HTML. */
function marked(text: string): string {
  return escapeXml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}
