/** The grid of pictures, and one of them large. */

import { useState } from 'preact/hooks';
import { fileName, numberOf } from '../names.ts';
import { COUNT, type Page, type PageState } from '../page.ts';
import type { DrawnPicture } from '../picture-source.ts';
import { Icon } from './icons.tsx';
import { PictureDialog } from './picture-dialog.tsx';

interface PicturesProps {
  readonly page: Page;
  readonly state: PageState;
}

export function Pictures({ page, state }: PicturesProps) {
  const { pictures, scene, where, browser } = state;
  const [open, setOpen] = useState<number>();
  const drawn = pictures.value ?? [];
  const enlarged = open === undefined ? undefined : drawn[open];
  const working = pictures.status === 'working' || (where === 'browser' && browser.status === 'working');
  if (drawn.length === 0) return <EmptyGrid working={working} />;
  const moreLike = (index: number) => {
    setOpen(undefined);
    page.moreLike(index);
  };
  return (
    <>
      <ol class="grid" aria-label="Pictures" aria-busy={working}>
        {drawn.map((picture) => (
          <li key={picture.index}>
            <PictureCard
              picture={picture}
              like={scene.like}
              onOpen={() => setOpen(picture.index)}
              onMoreLike={() => moreLike(picture.index)}
            />
          </li>
        ))}
      </ol>
      {enlarged !== undefined && (
        <PictureDialog
          picture={enlarged}
          like={scene.like}
          onMoreLike={() => moreLike(enlarged.index)}
          onStep={(step) => setOpen((enlarged.index + step + drawn.length) % drawn.length)}
          onClose={() => setOpen(undefined)}
        />
      )}
    </>
  );
}

interface PictureCardProps {
  readonly picture: DrawnPicture;
  readonly like: readonly number[];
  readonly onOpen: () => void;
  readonly onMoreLike: () => void;
}

function PictureCard({ picture, like, onOpen, onMoreLike }: PictureCardProps) {
  const { url, caption, seed, index } = picture;
  const number = numberOf(like, index);
  return (
    <figure class="card">
      <button type="button" class="picture" aria-label={`Enlarge ${number}`} onClick={onOpen}>
        <img key={url} src={url} alt={`${caption}, ${number}`} />
      </button>
      <figcaption>
        <span class="seed-of">
          <span>seed {seed}</span> <span>{number}</span>
        </span>
        <button
          type="button"
          class="icon-button"
          aria-label={`More like ${number}`}
          title="More like this"
          onClick={onMoreLike}
        >
          <Icon name="similar" />
        </button>
        <a
          class="icon-button"
          href={url}
          download={fileName(caption, seed, [...like, index])}
          aria-label={`Download ${number}`}
          title="Download"
        >
          <Icon name="download" />
        </a>
      </figcaption>
    </figure>
  );
}

/** Where the pictures will be. */
function EmptyGrid({ working }: { working: boolean }) {
  return (
    <div class={working ? 'grid empty working' : 'grid empty'} aria-hidden="true">
      {Array.from({ length: COUNT }, (_, i) => (
        <div key={i} class="place" />
      ))}
    </div>
  );
}
