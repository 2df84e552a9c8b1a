/** What the model did not read of a request's captions, told with its images: nobody should take them for an answer to all of it. */

import { z } from 'zod';
import type { Revision } from './served-model.ts';

/** How much of what is cut off is told. */
const MOST_CUT = 200;

/** What is told of a caption that was not read whole. */
export const UNREAD = z.strictObject({
  caption: z.string(),
  unknown: z.array(z.string()).describe('words that the model never met'),
  corrected: z.array(z.strictObject({ typed: z.string(), as: z.string() })).describe('words that were read as others'),
  cut: z.string().describe('the end of the caption that is too long to be read whole, or its beginning'),
});

export type Unread = z.output<typeof UNREAD>;

/** Headers of an answer that is an image; each only where there is something to tell. */
export const UNREAD_HEADERS = {
  'T2I-Unknown-Words':
    'words of the caption that the model never met, percent-encoded, with commas between; only if there are any',
  'T2I-Cut-Text': 'the end of a caption that is too long to be read whole, percent-encoded; only if there is one',
} as const;

/** The captions that are not read whole, as they were typed. Advice alone: where nobody can tell, or the painter is gone, nothing is said. */
export async function unreadOf(revision: Revision, captions: readonly string[]): Promise<Unread[]> {
  const distinct = [...new Set(captions)];
  const readings = await revision.batcher.painter.read?.(distinct).catch(() => []);
  return (readings ?? []).flatMap(({ unknown, corrected, cut }, i) => {
    if (unknown.length + corrected.length === 0 && cut === '') return [];
    const told = {
      unknown: [...unknown],
      corrected: corrected.map((pair) => ({ ...pair })),
      cut: [...cut].slice(0, MOST_CUT).join(''),
    };
    return [{ caption: distinct[i]!, ...told }];
  });
}

/** The headers of an answer. */
export function unreadHeaders(unread: readonly Unread[]): Record<string, string> {
  const words = [...new Set(unread.flatMap(({ unknown }) => unknown))];
  const cut = unread.map((each) => each.cut).find((text) => text !== '');
  return {
    ...(words.length > 0 && { 'T2I-Unknown-Words': words.map(encodeURIComponent).join(',') }),
    ...(cut !== undefined && { 'T2I-Cut-Text': encodeURIComponent(cut) }),
  };
}
