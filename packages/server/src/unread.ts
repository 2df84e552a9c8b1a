/** Reports the parts of captions that the model did not read, together with the images. */

import { z } from 'zod';
import type { Revision } from './served-model.ts';

/** Most characters reported of a cut-off end. */
const MAX_CUT = 200;

/** A caption that the model did not read completely. */
export const UNREAD = z.strictObject({
  caption: z.string(),
  unknown: z.array(z.string()).describe('words that are unknown to the model'),
  corrected: z
    .array(z.strictObject({ typed: z.string(), as: z.string() }))
    .describe('words that were read as other words'),
  cut: z.string().describe('the end of the caption, or the start of that end, if the caption is too long'),
});

export type Unread = z.output<typeof UNREAD>;

/** Headers of an image response. Each is present only if it applies. */
export const UNREAD_HEADERS = {
  'T2I-Unknown-Words':
    'words that are unknown to the model, percent-encoded and separated by commas; present only if there are any',
  'T2I-Cut-Text': 'the end of the caption that was cut off, percent-encoded; present only if the caption is too long',
} as const;

/** The captions that are not read completely, as typed. This is advice only: it is empty if the encoder cannot tell or the worker is gone. */
export async function unreadOf(revision: Revision, captions: readonly string[]): Promise<Unread[]> {
  const distinct = [...new Set(captions)];
  const readings = await revision.batcher.worker.read?.(distinct).catch(() => []);
  return (readings ?? []).flatMap(({ unknown, corrected, cut }, i) => {
    if (unknown.length + corrected.length === 0 && cut === '') return [];
    const told = {
      unknown: [...unknown],
      corrected: corrected.map((pair) => ({ ...pair })),
      cut: [...cut].slice(0, MAX_CUT).join(''),
    };
    return [{ caption: distinct[i]!, ...told }];
  });
}

/** The headers of an image response. */
export function unreadHeaders(unread: readonly Unread[]): Record<string, string> {
  const words = [...new Set(unread.flatMap(({ unknown }) => unknown))];
  const cut = unread.map((each) => each.cut).find((text) => text !== '');
  return {
    ...(words.length > 0 && { 'T2I-Unknown-Words': words.map(encodeURIComponent).join(',') }),
    ...(cut !== undefined && { 'T2I-Cut-Text': encodeURIComponent(cut) }),
  };
}
