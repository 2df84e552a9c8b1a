/** Shows errors with possible actions, and the progress of the model download. */

import { useEffect, useState } from 'preact/hooks';
import type { Attempted } from '../attempt.ts';
import { megabytes } from '../names.ts';
import type { Page, PageState } from '../page.ts';

interface NoticeProps {
  readonly page: Page;
  readonly state: PageState;
}

export function Notice({ page, state }: NoticeProps) {
  const failed = failedOf(state);
  return (
    <div class="notices">
      <Waiting {...state} />
      <div role="alert">{failed?.error && <Failure page={page} state={state} failed={failed} />}</div>
    </div>
  );
}

/** The failed attempt that blocks the view. */
function failedOf({ scene, sources, where, browser, images, walk, sheets }: PageState): Attempted<unknown> | undefined {
  const shown = { generate: images, between: walk, training: sheets }[scene.view];
  const needed = [sources, ...(where === 'browser' && scene.view !== 'training' ? [browser] : []), shown];
  return needed.find(({ error }) => error !== undefined);
}

function Failure({ page, state, failed }: NoticeProps & { failed: Attempted<unknown> }) {
  const { kind, message, hint } = failed.error!;
  const elsewhere = state.where === 'browser' && failed === state.browser && state.sources.value?.server !== undefined;
  return (
    <div class={`notice ${kind}`}>
      <p>
        <strong>{message}</strong> {hint}
      </p>
      {failed.retryAt !== undefined && <Countdown until={failed.retryAt} />}
      {kind !== 'refused' && (
        <button type="button" class="plain-button" onClick={() => page.retry()}>
          Try now
        </button>
      )}
      {elsewhere && (
        <button type="button" class="plain-button" onClick={() => page.chooseWhere('server')}>
          Generate on the server
        </button>
      )}
    </div>
  );
}

/** Hidden from screen readers, which would read out every second. */
function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  return <span aria-hidden="true">{seconds > 0 ? `Trying again in ${seconds} s` : 'Trying again …'}</span>;
}

function Waiting({ sources, where, opened, browser, progress }: PageState) {
  if (where !== 'browser' || opened !== undefined || browser.status === 'failed') {
    return sources.status === 'working' ? <p class="notice quiet">Looking for a model …</p> : null;
  }
  if (browser.status === 'idle') {
    return <p class="notice quiet">Press GO to download the model once. It then runs on this device.</p>;
  }
  const { loaded = 0, total = 0 } = progress ?? {};
  const starting = total > 0 && loaded >= total;
  return (
    <p class="notice quiet">
      <label for="model-progress">
        {starting ? 'Starting the model' : `Downloading the model: ${megabytes(loaded)} of ${megabytes(total)} MB`}
      </label>
      <progress id="model-progress" {...(starting || total === 0 ? {} : { max: total, value: loaded })} />
    </p>
  );
}
