/** The other settings: seed and lock, model, and where it runs. */

import type { Page, PageState } from '../page.ts';
import { readSeed } from '../scene.ts';
import { Icon } from './icons.tsx';

interface OptionsProps {
  readonly page: Page;
  readonly state: PageState;
}

export function Options(props: OptionsProps) {
  return (
    <div class="options">
      <SeedOption {...props} />
      <ModelOption {...props} />
      <WhereOption {...props} />
    </div>
  );
}

function SeedOption({ page, state: { scene, locked } }: OptionsProps) {
  const onChange = (event: Event & { currentTarget: HTMLInputElement }) => {
    const seed = readSeed(event.currentTarget.value);
    if (seed !== undefined) page.chooseSeed(seed);
    else event.currentTarget.value = String(scene.seed ?? '');
  };
  return (
    <div class="option seed">
      <label for="seed">Seed</label>
      <input id="seed" inputMode="numeric" autocomplete="off" size={7} value={scene.seed ?? ''} onChange={onChange} />
      <button
        type="button"
        class="lock"
        aria-pressed={locked}
        title="Keep the noise, so that only the words change the images"
        onClick={() => page.lock(!locked)}
      >
        <Icon name={locked ? 'lock' : 'unlock'} />
        {locked ? 'Locked' : 'Lock'}
      </button>
    </div>
  );
}

/** The models of the server, or the single model in the browser. */
export function ModelOption({ page, state: { scene, sources, opened } }: OptionsProps) {
  const served = sources.value?.server?.models ?? [];
  const models = served.length > 1 ? served : (opened?.models ?? []);
  if (models.length === 0) return null;
  const wanted = models.find(({ name }) => name === scene.model);
  const { name, imageSize, epoch, description } = wanted ?? models[0]!;
  const missing = wanted === undefined ? scene.model : undefined;
  const facts = [description, epoch !== undefined && `epoch ${epoch}`, `${imageSize} × ${imageSize} pixels`];
  return (
    <div class="option model">
      <label for="model">Model</label>
      {models.length === 1 ? (
        <output id="model">{name}</output>
      ) : (
        <select id="model" value={missing ?? name} onChange={(event) => page.chooseModel(event.currentTarget.value)}>
          {missing !== undefined && (
            <option value={missing} disabled>
              {missing} (unavailable)
            </option>
          )}
          {models.map((model) => (
            <option key={model.name} value={model.name}>
              {model.name}
            </option>
          ))}
        </select>
      )}
      <small>{facts.filter(Boolean).join(' · ')}</small>
    </div>
  );
}

function WhereOption({ page, state: { sources, where, forBrowsers, opened } }: OptionsProps) {
  const { server } = sources.value ?? {};
  if (!forBrowsers) return null;
  const backend = where === 'browser' ? opened?.source.backend : undefined;
  return (
    <div class="option where">
      {server === undefined ? (
        <span>Runs in this browser</span>
      ) : (
        <label>
          <input
            type="checkbox"
            role="switch"
            aria-checked={where === 'browser'}
            checked={where === 'browser'}
            onChange={(event) => page.chooseWhere(event.currentTarget.checked ? 'browser' : 'server')}
          />
          In this browser
        </label>
      )}
      {backend !== undefined && <small>with {backend}</small>}
    </div>
  );
}
