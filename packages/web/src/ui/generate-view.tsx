/** A caption and its images. */

import { numberOf } from '../names.ts';
import type { Page, PageState } from '../page.ts';
import { CaptionBox } from './caption-box.tsx';
import { Icon } from './icons.tsx';
import { Images } from './images.tsx';
import { Options } from './options.tsx';
import { UnreadWords } from './unread-words.tsx';

const EXAMPLES = [
  'a red flower with many thin petals',
  'white petals around a yellow centre',
  'a purple flower with round petals',
  'a large orange flower',
];

export function GenerateView({ page, state }: { page: Page; state: PageState }) {
  const { drafts, scene } = state;
  const generate = (text: string) => {
    page.type({ text });
    page.go();
  };
  return (
    <>
      <form
        class="caption-form"
        onSubmit={(event) => {
          event.preventDefault();
          page.go();
        }}
      >
        <CaptionBox
          id="text"
          label="Your caption"
          value={drafts.text}
          onInput={(text) => page.type({ text })}
          onSaid={() => page.go()}
        />
        <GoButton busy={state.images.status === 'working'} />
      </form>
      <ul class="examples" aria-label="Examples">
        {EXAMPLES.map((text) => (
          <li key={text}>
            <button type="button" onClick={() => generate(text)}>
              {text}
            </button>
          </li>
        ))}
      </ul>
      <Options page={page} state={state} />
      {scene.like.length > 0 && (
        <p class="likeness">
          Like {numberOf(scene.like.slice(0, -1), scene.like.at(-1)!)} of seed {scene.seed}
          <button type="button" onClick={() => page.lessLike()}>
            <Icon name="back" />
            Back
          </button>
        </p>
      )}
      <UnreadWords unread={state.images.value?.[0]?.unread} />
      <Images page={page} state={state} />
    </>
  );
}

export function GoButton({ busy }: { busy: boolean }) {
  return (
    <button type="submit" class="go" aria-busy={busy}>
      GO
    </button>
  );
}
