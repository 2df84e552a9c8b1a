/** Warns about the parts of a caption that a model did not read: the image does not show them. */

import type { CaptionEncoder, Logger } from '@t2i/core';

/** Characters of the cut part that a warning shows. */
const SHOWN = 40;

/** Prints one warning for each kind of change. */
export function tellReading(encoder: CaptionEncoder, captions: readonly string[], logger: Logger): void {
  const readings = captions.flatMap((caption) => encoder.read?.(caption) ?? []);
  const unknown = [...new Set(readings.flatMap((reading) => reading.unknown))];
  if (unknown.length > 0) logger.warn(`The model does not know ${listed(unknown)}. It ignores these words.`);
  const corrected = readings.flatMap((reading) => reading.corrected);
  const pairs = new Map(corrected.map(({ typed, as }) => [typed, as]));
  for (const [typed, as] of pairs) logger.warn(`“${typed}” was read as “${as}”.`);
  for (const { cut } of readings) {
    if (cut === '') continue;
    logger.warn(`A caption is too long. Ignored: “${cut.slice(0, SHOWN)}${cut.length > SHOWN ? '…' : ''}”.`);
  }
}

const listed = (words: readonly string[]) => words.map((word) => `“${word}”`).join(', ');
