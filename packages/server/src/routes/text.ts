/** `GET /text/<caption>`: the URL of an image contains its caption, as in the blog's demo. */

import { captionRequests } from '@t2i/core';
import { z } from 'zod';
import {
  answerImage,
  arrange,
  beginGeneration,
  encode,
  generate,
  IMAGE_HEADERS,
  imageFields,
  takeCaption,
} from '../images.ts';
import { Problem } from '../problem.ts';
import { queryRoute, type Route, type Service } from '../route.ts';
import { UNREAD_HEADERS, unreadHeaders, unreadOf } from '../unread.ts';

export function textRoute(service: Service): Route {
  const { limits } = service;
  const query = z.object({
    n: z
      .int()
      .min(1)
      .max(limits.images)
      .default(1)
      .describe('number of images in a grid; the i-th image has the i-th noise of the seed'),
    ...imageFields(limits),
  });
  const facts = {
    method: 'get',
    path: '/text/{caption}',
    pattern: '/text/*',
    summary: 'Generate an image of a caption',
    description:
      'Works as the source of an `<img>`. Percent-encode the caption (`encodeURIComponent`); a `/` needs no encoding. ' +
      'The server trims the caption, collapses white space and converts it to lower case.',
    pathParameters: { caption: 'description of the image' },
    query,
    answers: ['image/png', 'image/webp', 'image/jpeg'],
    headers: { ...IMAGE_HEADERS, ...UNREAD_HEADERS },
    tagged: true,
    problems: [400, 404, 409, 429, 503, 504],
  } as const;
  return queryRoute(facts, (context, { n, size, format, ...choices }) => {
    const caption = takeCaption(captionInPath(context.req.url), limits);
    const generation = beginGeneration(context, service, choices);
    const { revision, seed } = generation;
    const requests = captionRequests({ captions: [caption], seed, perCaption: n });
    return answerImage(context, generation, ['text', caption, n, size, format], async () => {
      const [images, unread] = await Promise.all([
        generate(context, service, revision, requests, size),
        unreadOf(revision, [caption]),
      ]);
      const file = await encode(arrange(images, Math.ceil(Math.sqrt(n))), format);
      return { ...file, headers: unreadHeaders(unread) };
    });
  });
}

/** The part after `/text/`, exactly as sent: the router's own decoding keeps some escapes and accepts broken ones. */
function captionInPath(url: string): string {
  const path = url.slice(url.indexOf('/', 'https://'.length)).replace(/[?#].*$/s, '');
  const segments = path.split('/');
  const begin = segments[1] === 'v1' ? 3 : 2;
  try {
    return decodeURIComponent(segments.slice(begin).join('/'));
  } catch (cause) {
    throw new Problem('bad-request', 'The caption is not percent-encoded UTF-8. Use encodeURIComponent.', { cause });
  }
}
