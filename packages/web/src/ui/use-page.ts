/** A hook for the state of the page: the component renders again when it changes. */

import { useEffect, useState } from 'preact/hooks';
import type { Page, PageState } from '../page.ts';

export function usePage(page: Page): PageState {
  const [state, setState] = useState(page.state);
  useEffect(() => {
    setState(page.state); // it may have changed before this ran
    return page.subscribe(() => setState(page.state));
  }, [page]);
  return state;
}
