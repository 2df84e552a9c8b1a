/** Starts the page. */

import './styles/main.css';
import { render } from 'preact';
import { Page } from './page.ts';
import { findSources, openInBrowser } from './sources.ts';
import { restoreTheme } from './theme.ts';
import { App } from './ui/app.tsx';

const page = new Page({
  find: (signal) => findSources(document.baseURI, signal),
  openInBrowser,
  setUrl: (search, mode) => history[mode === 'push' ? 'pushState' : 'replaceState'](null, '', search),
});
restoreTheme();
addEventListener('popstate', () => page.show(location.search));
addEventListener('online', () => page.retry());
page.show(location.search);
render(<App page={page} />, document.getElementById('page')!);
