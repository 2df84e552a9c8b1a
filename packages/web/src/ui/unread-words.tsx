/** What the model did not read of the caption: nobody should take the images for an answer to all of it. */

import type { CaptionReading } from '@t2i/core';
import type { ComponentChildren } from 'preact';

/** How much of what is cut off is shown. */
const SHOWN = 40;

export function UnreadWords({ unread }: { unread: CaptionReading | undefined }) {
  return (
    <div class="unread" role="status">
      {unread && <Lines {...unread} />}
    </div>
  );
}

function Lines({ unknown, corrected, cut }: CaptionReading) {
  return (
    <>
      {unknown.length > 0 && (
        <p>
          The model does not know {listed(unknown.map((word) => <u key={word}>{word}</u>))}: these images show what it
          makes of the rest.
        </p>
      )}
      {corrected.length > 0 && (
        <p>
          {listed(
            corrected.map(({ typed, as }) => (
              <span key={typed}>
                <u>{typed}</u> was read as <b>{as}</b>
              </span>
            )),
          )}
          .
        </p>
      )}
      {cut !== '' && (
        <p>
          The caption is too long to be read whole; left out is “{cut.slice(0, SHOWN)}
          {cut.length > SHOWN ? '…' : ''}”.
        </p>
      )}
    </>
  );
}

/** With commas between. */
function listed(items: readonly ComponentChildren[]): ComponentChildren[] {
  return items.flatMap((item, i) => (i === 0 ? [item] : [', ', item]));
}
