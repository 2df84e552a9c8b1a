/** What a screen reader is told when something has come, or is on its way. */

import type { PageState } from '../page.ts';

export function LiveText({ state }: { state: PageState }) {
  return (
    <p class="visually-hidden" role="status">
      {liveText(state)}
    </p>
  );
}

function liveText({ scene, images, walk }: PageState): string {
  const { view, text, to, seed } = scene;
  if (view === 'training') return '';
  const { status, value } = view === 'draw' ? images : walk;
  if (status === 'working') return 'Drawing';
  if (status !== 'done') return '';
  if (view === 'between') return `The way from ${text} to ${to} is drawn, seed ${seed}`;
  return `${value?.length} images of ${text} are drawn, seed ${seed}`;
}
