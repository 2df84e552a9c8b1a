/** The whole page: the head, three views as tabs, and what a screen reader is told. */

import { useEffect } from 'preact/hooks';
import type { Page, PageState } from '../page.ts';
import type { View } from '../scene.ts';
import { BetweenView } from './between-view.tsx';
import { DrawView } from './draw-view.tsx';
import { Flower } from './icons.tsx';
import { LiveText } from './live-text.tsx';
import { Notice } from './notice.tsx';
import { ShareButton } from './share-button.tsx';
import { type Tab, Tabs } from './tabs.tsx';
import { ThemeButton } from './theme-button.tsx';
import { TrainingView } from './training-view.tsx';
import { usePage } from './use-page.ts';

export function App({ page }: { page: Page }) {
  const state = usePage(page);
  const { view, text } = state.scene;
  useEffect(() => {
    document.title = view === 'training' ? 'How it learned' : `${text} – type a caption, see a flower`;
  }, [view, text]);
  return (
    <div class="page">
      <header class="head">
        <Flower />
        <h1>
          Type a caption, <em>see a flower</em>
        </h1>
        <ShareButton />
        <ThemeButton />
      </header>
      <main>
        <Tabs tabs={tabsOf(state)} current={view} onChoose={(chosen) => page.view(chosen)} />
        <div id="panel" role="tabpanel" aria-labelledby={`tab-${view}`}>
          {view === 'draw' && <DrawView page={page} state={state} />}
          {view === 'between' && <BetweenView page={page} state={state} />}
          {view === 'training' && <TrainingView page={page} state={state} />}
        </div>
        <Notice page={page} state={state} />
      </main>
      <LiveText state={state} />
    </div>
  );
}

/** A model beside the page knows nothing of its training: only a server has the sheets. */
function tabsOf({ sources, scene }: PageState): readonly Tab<View>[] {
  const withTraining = sources.value?.server !== undefined || scene.view === 'training';
  return [
    { id: 'draw', label: 'Draw' },
    { id: 'between', label: 'Between two' },
    ...(withTraining ? [{ id: 'training', label: 'How it learned' } as const] : []),
  ];
}
