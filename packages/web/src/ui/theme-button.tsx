/** Switches between light and dark. */

import { useState } from 'preact/hooks';
import { chooseTheme, currentTheme } from '../theme.ts';
import { Icon } from './icons.tsx';

export function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme());
  const other = theme === 'dark' ? 'light' : 'dark';
  const change = () => {
    chooseTheme(other);
    setTheme(other);
  };
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={`Switch to ${other}`}
      title={`Switch to ${other}`}
      onClick={change}
    >
      <Icon name={other === 'dark' ? 'moon' : 'sun'} />
    </button>
  );
}
