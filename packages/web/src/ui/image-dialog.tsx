/** One enlarged image with its actions. */

import { useEffect, useRef } from 'preact/hooks';
import type { GeneratedImage } from '../image-source.ts';
import { fileName, numberOf } from '../names.ts';
import { Icon } from './icons.tsx';

interface ImageDialogProps {
  readonly image: GeneratedImage;
  readonly like: readonly number[];
  readonly onMoreLike: () => void;
  /** To the next or previous image. */
  readonly onStep: (step: 1 | -1) => void;
  readonly onClose: () => void;
}

export function ImageDialog({ image, like, onMoreLike, onStep, onClose }: ImageDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  const { url, caption, seed, index } = image;
  const number = numberOf(like, index);
  const onKeyDown = ({ key }: KeyboardEvent) => {
    if (key === 'ArrowLeft') onStep(-1);
    if (key === 'ArrowRight') onStep(1);
  };
  return (
    <dialog
      ref={dialog}
      class="image-dialog"
      aria-label={`${caption}, ${number}`}
      onClose={onClose}
      onKeyDown={onKeyDown}
      // a click outside hits the backdrop, which belongs to the dialog element
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <div class="image-dialog-body">
        <img src={url} alt={`${caption}, ${number}`} />
        <p class="quote">{caption}</p>
        <p class="seed-of" aria-live="polite">
          <span>seed {seed}</span> <span>{number}</span>
        </p>
        <div class="dialog-actions">
          <button type="button" class="icon-button" aria-label="Previous image" onClick={() => onStep(-1)}>
            <Icon name="back" />
          </button>
          <button type="button" class="plain-button" onClick={onMoreLike}>
            <Icon name="similar" />
            More like this
          </button>
          <a class="plain-button" href={url} download={fileName(caption, seed, [...like, index])}>
            <Icon name="download" />
            Download
          </a>
          <button type="button" class="icon-button" aria-label="Next image" onClick={() => onStep(1)}>
            <Icon name="forward" />
          </button>
        </div>
        <button type="button" class="icon-button close" aria-label="Close" onClick={() => dialog.current!.close()}>
          <Icon name="close" />
        </button>
      </div>
    </dialog>
  );
}
