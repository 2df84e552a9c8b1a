/** `GET /interpolate`: the way from one caption to another with one noise (the paper, section 5.3 and figure 8). */

import type { RgbImage } from '@t2i/core';
import { encodeAnimation } from '@t2i/image-node';
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

const FRAME = 100; // ms

export function interpolateRoute(service: Service): Route {
  const { limits } = service;
  const { format, ...others } = imageFields(limits);
  const query = z.object({
    from: z.string().describe('a caption'),
    to: z.string().describe('another caption'),
    steps: z.int().min(2).max(limits.images).default(8).describe('images from end to end, both included'),
    animated: z.boolean().default(false).describe('there and back as a moving WebP instead of a strip'),
    ...others,
    format: format.unwrap().optional().describe('of the file; png for a strip, always webp for a moving image'),
  });
  const facts = {
    method: 'get',
    path: '/interpolate',
    summary: 'The way from one caption to another',
    description: 'A strip of `steps` images side by side, 2 pixels between and around them, or a moving WebP.',
    query,
    answers: ['image/png', 'image/webp', 'image/jpeg'],
    headers: IMAGE_HEADERS,
    tagged: true,
    problems: [400, 404, 409, 429, 503, 504],
  } as const;
  return queryRoute(facts, (context, { steps, animated, size, format = animated ? 'webp' : 'png', ...rest }) => {
    const [from, to] = [takeCaption(rest.from, limits), takeCaption(rest.to, limits)];
    if (animated && format !== 'webp') throw new Problem('bad-request', `A moving image is a WebP, not ${format}.`);
    const drawing = beginDrawing(context, service, rest);
    const { revision, seed } = drawing;
    const cells = Array.from({ length: steps }, (_, step) => ({
      caption: from,
      towards: { caption: to, share: step / (steps - 1) },
      seed,
      index: 0,
    }));
    return answerImage(context, drawing, ['interpolate', from, to, steps, animated, size, format], async () => {
      const images = await draw(context, service, revision, cells, size);
      if (!animated) return encode(arrange(images, steps), format);
      return {
        bytes: await encodeAnimation(thereAndBack(images), { format: 'webp', delay: FRAME }),
        type: 'image/webp',
      };
    });
  });
}

function thereAndBack(images: readonly RgbImage[]): RgbImage[] {
  return [...images, ...images.slice(1, -1).reverse()];
}
