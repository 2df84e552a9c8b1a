/** Interpolation between two captions with one noise (Reed et al. 2016, figure 8). */

import { fileName } from '../names.ts';
import { type Page, type PageState, STEPS } from '../page.ts';
import { CaptionBox } from './caption-box.tsx';
import { GoButton } from './generate-view.tsx';
import { Icon } from './icons.tsx';
import { Options } from './options.tsx';
import { Scrubber } from './scrubber.tsx';

interface BetweenViewProps {
  readonly page: Page;
  readonly state: PageState;
}

export function BetweenView({ page, state }: BetweenViewProps) {
  const { drafts, walk } = state;
  return (
    <>
      <form
        class="caption-form"
        onSubmit={(event) => {
          event.preventDefault();
          page.go();
        }}
      >
        <div class="captions">
          <CaptionBox
            id="text"
            label="From this caption"
            value={drafts.text}
            onInput={(text) => page.type({ text })}
            onSaid={() => {}}
          />
          <CaptionBox
            id="to"
            label="to this one"
            value={drafts.to}
            onInput={(to) => page.type({ to })}
            onSaid={() => page.go()}
          />
        </div>
        <GoButton busy={walk.status === 'working'} />
      </form>
      <Options page={page} state={state} />
      <Walk page={page} state={state} />
    </>
  );
}

function Walk({ page, state: { walk, scene } }: BetweenViewProps) {
  const step = Math.round(scene.share * (STEPS - 1));
  const images = walk.value ?? [];
  const shown = images[step];
  const percent = Math.round(scene.share * 100);
  const { text, to } = scene;
  return (
    <div class="stage" aria-busy={walk.status === 'working'}>
      <div class="screen">
        {images.map(({ url }, i) => (
          <img
            key={url}
            src={url}
            alt={i === step ? `${percent} % of the way from ${text} to ${to}` : ''}
            hidden={i !== step}
          />
        ))}
      </div>
      <Scrubber
        label="From the first caption to the second"
        count={STEPS}
        position={step}
        valueText={`${percent} % of the way`}
        framesPerSecond={8}
        thereAndBack
        onMove={(place, settled) => page.slide({ share: place / (STEPS - 1) }, settled)}
      />
      {/* For mouse users only: the slider does the same for everyone. */}
      <div class="thumbnails" aria-hidden="true">
        {images.map(({ url }, i) => (
          <button
            key={url}
            type="button"
            tabIndex={-1}
            data-shown={i === step}
            onClick={() => page.slide({ share: i / (STEPS - 1) }, true)}
          >
            <img src={url} alt="" />
          </button>
        ))}
      </div>
      <p class="ends">
        <span>{text}</span>
        <span>{to}</span>
      </p>
      {shown !== undefined && (
        <a class="plain-button" href={shown.url} download={fileName(`${text} ${percent} ${to}`, shown.seed, [0])}>
          <Icon name="download" />
          Download this image
        </a>
      )}
    </div>
  );
}
