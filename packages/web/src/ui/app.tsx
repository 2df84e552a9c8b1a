/** The whole page: the header, three views as tabs, and a status for screen readers. */

import { useEffect } from 'preact/hooks';
import type { Page, PageState } from '../page.ts';
import type { View } from '../scene.ts';
import { BetweenView } from './between-view.tsx';
import { GenerateView } from './generate-view.tsx';
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
          {view === 'generate' && <GenerateView page={page} state={state} />}
          {view === 'between' && <BetweenView page={page} state={state} />}
          {view === 'training' && <TrainingView page={page} state={state} />}
        </div>
        <Notice page={page} state={state} />
      </main>
      <LiveText state={state} />
    </div>
  );
}

/** Only a server has training samples; a model beside the page has none. */
function tabsOf({ sources, scene }: PageState): readonly Tab<View>[] {
  const withTraining = sources.value?.server !== undefined || scene.view === 'training';
  return [
    { id: 'generate', label: 'Generate' },
    { id: 'between', label: 'Between two' },
    ...(withTraining ? [{ id: 'training', label: 'How it learned' } as const] : []),
  ];
}
