/** The training samples of every epoch, with a slider. */

import { useEffect } from 'preact/hooks';
import type { EpochSheet } from '../image-source.ts';
import type { Page, PageState } from '../page.ts';
import { ModelOption } from './options.tsx';
import { Scrubber } from './scrubber.tsx';

/** Number of sheets to prefetch. */
const AHEAD = 8;

interface TrainingViewProps {
  readonly page: Page;
  readonly state: PageState;
}

export function TrainingView({ page, state }: TrainingViewProps) {
  const { sheets } = state;
  return (
    <>
      <p class="introduction">
        The same captions and noise after every epoch. Each row is a caption, each column a noise vector.
      </p>
      <div class="options">
        <ModelOption page={page} state={state} />
      </div>
      {sheets.value?.length === 0 ? (
        <p class="nothing">This model has no training samples.</p>
      ) : (
        <TimeLine page={page} state={state} />
      )}
    </>
  );
}

function TimeLine({ page, state: { scene, sheets } }: TrainingViewProps) {
  const all = sheets.value ?? [];
  const position = positionOf(all, scene.epoch);
  const shown = all[position];
  useEffect(() => {
    for (const { url } of all.slice(position + 1, position + 1 + AHEAD)) new Image().src = url;
  }, [all, position]);
  return (
    <div class="stage" aria-busy={sheets.status === 'working'}>
      <div class="screen sheet">
        {shown && (
          <img
            src={shown.url}
            alt={`Samples after epoch ${shown.epoch}: one row per caption, one column per noise vector`}
          />
        )}
      </div>
      <Scrubber
        label="Epoch"
        count={all.length}
        position={position}
        valueText={shown ? `epoch ${shown.epoch}` : 'no epoch yet'}
        framesPerSecond={6}
        onMove={(place, settled) => page.slide({ epoch: all[place]!.epoch }, settled)}
      />
      {shown && (
        <p class="epoch">
          Epoch <strong>{shown.epoch}</strong> of {all.at(-1)!.epoch}
        </p>
      )}
    </div>
  );
}

/** The sheet of an epoch or the last one before it; the newest if no epoch is selected. */
function positionOf(sheets: readonly EpochSheet[], epoch: number | undefined): number {
  const found = sheets.findLastIndex((sheet) => epoch === undefined || sheet.epoch <= epoch);
  return Math.max(0, found);
}
