/** `GET /interpolate`: the way from one sentence to another with one noise (the paper, section 5.3 and figure 8). */

import type { RgbImage } from '@t2i/core';
import { encodeAnimation } from '@t2i/image-node';
import { z } from 'zod';
import {
  answerPicture,
  arrange,
  beginDrawing,
  draw,
  encode,
  PICTURE_HEADERS,
  pictureFields,
  takeCaption,
} from '../pictures.ts';
import { Problem } from '../problem.ts';
import { queryRoute, type Route, type Service } from '../route.ts';

const FRAME = 100; // ms

export function interpolateRoute(service: Service): Route {
  const { limits } = service;
  const { format, ...others } = pictureFields(limits);
  const query = z.object({
    from: z.string().describe('a sentence'),
    to: z.string().describe('another sentence'),
    steps: z.int().min(2).max(limits.pictures).default(8).describe('pictures from end to end, both included'),
    animated: z.boolean().default(false).describe('there and back as a moving WebP instead of a strip'),
    ...others,
    format: format.unwrap().optional().describe('of the file; png for a strip, always webp for a moving picture'),
  });
  const facts = {
    method: 'get',
    path: '/interpolate',
    summary: 'The way from one sentence to another',
    description: 'A strip of `steps` pictures side by side, 2 pixels between and around them, or a moving WebP.',
    query,
    answers: ['image/png', 'image/webp', 'image/jpeg'],
    headers: PICTURE_HEADERS,
    tagged: true,
    problems: [400, 404, 409, 429, 503, 504],
  } as const;
  return queryRoute(facts, (context, { steps, animated, size, format = animated ? 'webp' : 'png', ...rest }) => {
    const [from, to] = [takeCaption(rest.from, limits), takeCaption(rest.to, limits)];
    if (animated && format !== 'webp') throw new Problem('bad-request', `A moving picture is a WebP, not ${format}.`);
    const drawing = beginDrawing(context, service, rest);
    const { edition, seed } = drawing;
    const cells = Array.from({ length: steps }, (_, step) => ({
      caption: from,
      towards: { caption: to, share: step / (steps - 1) },
      seed,
      index: 0,
    }));
    return answerPicture(context, drawing, ['interpolate', from, to, steps, animated, size, format], async () => {
      const images = await draw(context, service, edition, cells, size);
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
