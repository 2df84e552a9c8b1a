/** Shares the URL of the page: with the share dialog of the device if there is one, otherwise through the clipboard. */

import { useEffect, useState } from 'preact/hooks';
import { Icon } from './icons.tsx';

const SHOWN = 2500; // ms

export function ShareButton() {
  const [said, setSaid] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSaid(''), SHOWN);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <div class="share">
      <button
        type="button"
        class="icon-button"
        aria-label="Share a link"
        title="Share a link"
        onClick={async () => setSaid(await share())}
      >
        <Icon name="link" />
      </button>
      <span role="status" class={said === '' ? 'visually-hidden' : 'bubble'}>
        {said}
      </span>
    </div>
  );
}

/** @returns a message for the user */
async function share(): Promise<string> {
  const { href: url } = location;
  try {
    if (matchMedia('(pointer: coarse)').matches && navigator.share !== undefined) {
      await navigator.share({ title: document.title, url });
      return '';
    }
    await navigator.clipboard.writeText(url);
    return 'Link copied';
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return ''; // the user cancelled
    return 'Copy the link from the address bar'; // no clipboard outside https and localhost
  }
}
