/** The status for screen readers. */

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
  const { status, value } = view === 'generate' ? images : walk;
  if (status === 'working') return 'Generating';
  if (status !== 'done') return '';
  if (view === 'between') return `Images from ${text} to ${to} are ready, seed ${seed}`;
  return `${value?.length} images of ${text} are ready, seed ${seed}`;
}
