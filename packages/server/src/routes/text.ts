/** `GET /text/<caption>`: the address of an image is the caption it shows, as in the blog's demo. */

import { z } from 'zod';
import {
  answerImage,
  arrange,
  beginDrawing,
  draw,
  encode,
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
      .describe('images, in a grid; the i-th has the i-th noise of the seed'),
    ...imageFields(limits),
  });
  const facts = {
    method: 'get',
    path: '/text/{caption}',
    pattern: '/text/*',
    summary: 'An image of a caption',
    description:
      'Works as the source of an `<img>`. The caption is percent-encoded (`encodeURIComponent`); a `/` may stand as it is. ' +
      'It is trimmed, its white space joined, its letters lower-cased.',
    pathParameters: { caption: 'what to draw, in words' },
    query,
    answers: ['image/png', 'image/webp', 'image/jpeg'],
    headers: { ...IMAGE_HEADERS, ...UNREAD_HEADERS },
    tagged: true,
    problems: [400, 404, 409, 429, 503, 504],
  } as const;
  return queryRoute(facts, (context, { n, size, format, ...choices }) => {
    const caption = takeCaption(captionInPath(context.req.url), limits);
    const drawing = beginDrawing(context, service, choices);
    const { revision, seed } = drawing;
    const cells = Array.from({ length: n }, (_, index) => ({ caption, seed, index }));
    return answerImage(context, drawing, ['text', caption, n, size, format], async () => {
      const [images, unread] = await Promise.all([
        draw(context, service, revision, cells, size),
        unreadOf(revision, [caption]),
      ]);
      const file = await encode(arrange(images, Math.ceil(Math.sqrt(n))), format);
      return { ...file, headers: unreadHeaders(unread) };
    });
  });
}

/** Everything behind `/text/`, as it was sent: the router's own decoding keeps some escapes and forgives broken ones. */
function captionInPath(url: string): string {
  const path = url.slice(url.indexOf('/', 'https://'.length)).replace(/[?#].*$/s, '');
  const segments = path.split('/');
  const begin = segments[1] === 'v1' ? 3 : 2;
  try {
    return decodeURIComponent(segments.slice(begin).join('/'));
  } catch (cause) {
    throw new Problem('bad-request', 'The caption is not percent-encoded UTF-8: use encodeURIComponent.', { cause });
  }
}
