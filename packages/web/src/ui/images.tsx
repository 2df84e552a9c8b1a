/** The grid of images, and the enlarged image. */

import { useState } from 'preact/hooks';
import type { GeneratedImage } from '../image-source.ts';
import { fileName, numberOf } from '../names.ts';
import { COUNT, type Page, type PageState } from '../page.ts';
import { Icon } from './icons.tsx';
import { ImageDialog } from './image-dialog.tsx';

interface ImagesProps {
  readonly page: Page;
  readonly state: PageState;
}

export function Images({ page, state }: ImagesProps) {
  const { images, scene, where, browser } = state;
  const [open, setOpen] = useState<number>();
  const generated = images.value ?? [];
  const enlarged = open === undefined ? undefined : generated[open];
  const working = images.status === 'working' || (where === 'browser' && browser.status === 'working');
  if (generated.length === 0) return <EmptyGrid working={working} />;
  const moreLike = (index: number) => {
    setOpen(undefined);
    page.moreLike(index);
  };
  return (
    <>
      <ol class="grid" aria-label="Images" aria-busy={working}>
        {generated.map((image) => (
          <li key={image.index}>
            <ImageCard
              image={image}
              like={scene.like}
              onOpen={() => setOpen(image.index)}
              onMoreLike={() => moreLike(image.index)}
            />
          </li>
        ))}
      </ol>
      {enlarged !== undefined && (
        <ImageDialog
          image={enlarged}
          like={scene.like}
          onMoreLike={() => moreLike(enlarged.index)}
          onStep={(step) => setOpen((enlarged.index + step + generated.length) % generated.length)}
          onClose={() => setOpen(undefined)}
        />
      )}
    </>
  );
}

interface ImageCardProps {
  readonly image: GeneratedImage;
  readonly like: readonly number[];
  readonly onOpen: () => void;
  readonly onMoreLike: () => void;
}

function ImageCard({ image, like, onOpen, onMoreLike }: ImageCardProps) {
  const { url, caption, seed, index } = image;
  const number = numberOf(like, index);
  return (
    <figure class="card">
      <button type="button" class="image" aria-label={`Enlarge ${number}`} onClick={onOpen}>
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

/** Placeholders for the images. */
function EmptyGrid({ working }: { working: boolean }) {
  return (
    <div class={working ? 'grid empty working' : 'grid empty'} aria-hidden="true">
      {Array.from({ length: COUNT }, (_, i) => (
        <div key={i} class="place" />
      ))}
    </div>
  );
}
