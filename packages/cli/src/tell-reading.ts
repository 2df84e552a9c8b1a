/** Tells what a model did not read of a caption: its image would otherwise be taken for an answer to all of it. */

import type { CaptionEncoder, Logger } from '@t2i/core';

/** How much of what is cut off is shown. */
const SHOWN = 40;

/** A line of warning for each kind of thing that was not read as it was typed. */
export function tellReading(encoder: CaptionEncoder, captions: readonly string[], logger: Logger): void {
  const readings = captions.flatMap((caption) => encoder.read?.(caption) ?? []);
  const unknown = [...new Set(readings.flatMap((reading) => reading.unknown))];
  if (unknown.length > 0) logger.warn(`The model never met ${listed(unknown)}: it draws what it makes of the rest.`);
  const corrected = readings.flatMap((reading) => reading.corrected);
  const pairs = new Map(corrected.map(({ typed, as }) => [typed, as]));
  for (const [typed, as] of pairs) logger.warn(`“${typed}” was read as “${as}”.`);
  for (const { cut } of readings) {
    if (cut === '') continue;
    logger.warn(
      `A caption is too long to be read whole; left out is “${cut.slice(0, SHOWN)}${cut.length > SHOWN ? '…' : ''}”.`,
    );
  }
}

const listed = (words: readonly string[]) => words.map((word) => `“${word}”`).join(', ');
