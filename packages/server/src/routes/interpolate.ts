/** `GET /interpolate`: interpolation between two captions with one noise (Reed et al. 2016, section 5.3 and figure 8). */

import { interpolationRequests, type RgbImage } from '@t2i/core';
import { encodeAnimation } from '@t2i/image-node';
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

const FRAME = 100; // ms

export function interpolateRoute(service: Service): Route {
  const { limits } = service;
  const { format, ...others } = imageFields(limits);
  const query = z.object({
    from: z.string().describe('first caption'),
    to: z.string().describe('last caption'),
    steps: z.int().min(2).max(limits.images).default(8).describe('number of images, both ends included'),
    animated: z.boolean().default(false).describe('an animated WebP that runs there and back, instead of a strip'),
    ...others,
    format: format.unwrap().optional().describe('image format; default png for a strip; an animation is always webp'),
  });
  const facts = {
    method: 'get',
    path: '/interpolate',
    summary: 'Interpolate between two captions',
    description: 'A strip of `steps` images with gaps of 2 pixels, or an animated WebP.',
    query,
    answers: ['image/png', 'image/webp', 'image/jpeg'],
    headers: IMAGE_HEADERS,
    tagged: true,
    problems: [400, 404, 409, 429, 503, 504],
  } as const;
  return queryRoute(facts, (context, { steps, animated, size, format = animated ? 'webp' : 'png', ...rest }) => {
    const [from, to] = [takeCaption(rest.from, limits), takeCaption(rest.to, limits)];
    if (animated && format !== 'webp') throw new Problem('bad-request', `An animation is always WebP, not ${format}.`);
    const generation = beginGeneration(context, service, rest);
    const { revision, seed } = generation;
    const requests = interpolationRequests({ from, to, seed, steps });
    return answerImage(context, generation, ['interpolate', from, to, steps, animated, size, format], async () => {
      const images = await generate(context, service, revision, requests, size);
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
