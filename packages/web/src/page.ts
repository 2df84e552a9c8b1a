/** The behaviour of the page without its appearance: a state and the actions of the user. */

import { Attempt, type Attempted, type Work } from './attempt.ts';
import type { EpochSheet, GeneratedImage, LoadProgress } from './image-source.ts';
import { FIRST_SCENE, formatScene, freshSeed, parseScene, type Scene, type View } from './scene.ts';
import type { Opened, openInBrowser, Sources } from './sources.ts';

/** Images per caption. */
export const COUNT = 8;
/** Images per interpolation. */
export const STEPS = 17;

export interface PageState {
  /** What is shown. The URL contains the same. */
  readonly scene: Scene;
  /** The content of the text boxes. */
  readonly drafts: { readonly text: string; readonly to: string };
  /** Whether the next captions keep the current noise. */
  readonly locked: boolean;
  readonly sources: Attempted<Sources>;
  /** Where images are generated, once that is known. */
  readonly where: 'server' | 'browser' | undefined;
  /** Whether the selected model can run in the browser. */
  readonly forBrowsers: boolean;
  /** The source in use; undefined until it is open. */
  readonly opened: Opened | undefined;
  readonly browser: Attempted<Opened>;
  /** Progress of the model download. */
  readonly progress: LoadProgress | undefined;
  readonly images: Attempted<readonly GeneratedImage[]>;
  readonly walk: Attempted<readonly GeneratedImage[]>;
  readonly sheets: Attempted<readonly EpochSheet[]>;
}

/** What the page needs from the browser. */
export interface PageSurroundings {
  /** Finds the available sources. */
  readonly find: Work<Sources>;
  /** Downloads the model of a directory and starts it in this browser. */
  readonly openInBrowser: typeof openInBrowser;
  /** Sets the URL, as a new history entry or in place of the current one. */
  readonly setUrl: (search: string, mode: 'push' | 'replace') => void;
  readonly freshSeed?: () => number;
}

export class Page {
  readonly #setUrl: PageSurroundings['setUrl'];
  readonly #find: PageSurroundings['find'];
  readonly #openModel: PageSurroundings['openInBrowser'];
  readonly #freshSeed: () => number;
  readonly #listeners = new Set<() => void>();
  readonly #sources = new Attempt<Sources>(() => this.#advance());
  readonly #browser = new Attempt<Opened>(
    () => this.#advance(),
    ({ source }) => source.dispose?.(),
  );
  readonly #images = new Attempt<readonly GeneratedImage[]>(() => this.#notify(), forget);
  readonly #walk = new Attempt<readonly GeneratedImage[]>(() => this.#notify(), forget);
  readonly #sheets = new Attempt<readonly EpochSheet[]>(() => this.#notify());
  /** The last request of each attempt: what is shown is not generated again. */
  readonly #asked = new Map<object, string>();
  #scene = FIRST_SCENE;
  #drafts: PageState['drafts'] = FIRST_SCENE;
  #locked = false;
  #progress: LoadProgress | undefined;
  /** URL of the model that is in the browser or loading. */
  #inBrowser: string | undefined;
  #state: PageState | undefined;

  constructor({ find, openInBrowser, setUrl, freshSeed: fresh = freshSeed }: PageSurroundings) {
    this.#find = find;
    this.#openModel = openInBrowser;
    this.#setUrl = setUrl;
    this.#freshSeed = fresh;
  }

  /** The same object until something changes. */
  get state(): PageState {
    this.#state ??= {
      scene: this.#scene,
      drafts: this.#drafts,
      locked: this.#locked,
      sources: this.#sources.state,
      where: this.#where(),
      forBrowsers: this.#modelUrl() !== undefined,
      opened: this.#opened(),
      browser: this.#browser.state,
      progress: this.#progress,
      images: this.#images.state,
      walk: this.#walk.state,
      sheets: this.#sheets.state,
    };
    return this.#state;
  }

  /** @returns a function that unsubscribes */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Shows the scene of a URL: at the start, and after a step in the history. */
  show(search: string): void {
    this.#scene = parseScene(search);
    this.#drafts = { text: this.#scene.text, to: this.#scene.to };
    if (this.#sources.state.status === 'idle') this.#sources.run(this.#find);
    else this.#advance();
  }

  type(drafts: Partial<PageState['drafts']>): void {
    this.#drafts = { ...this.#drafts, ...drafts };
    this.#notify();
  }

  /** Generates images of the text boxes, with the current noise if it is locked. Repeats the same request too, since a watched model may have newer weights. */
  go(): void {
    const text = this.#drafts.text.trim();
    const to = this.#drafts.to.trim() || this.#scene.to;
    if (text === '') return;
    this.#asked.clear();
    const kept = this.#locked && this.#scene.seed !== undefined;
    this.#move({ text, to, ...(kept ? {} : { seed: this.#freshSeed(), like: [] }) });
  }

  lock(locked: boolean): void {
    this.#locked = locked;
    this.#notify();
  }

  /** Uses a seed that the user entered, and locks it. */
  chooseSeed(seed: number): void {
    this.#locked = true;
    this.#move({ seed, like: [] });
  }

  /** Generates images near one of the shown images. */
  moreLike(index: number): void {
    this.#move({ like: [...this.#scene.like, index], view: 'generate' });
  }

  /** Returns to the images before the last `moreLike`. */
  lessLike(): void {
    this.#move({ like: this.#scene.like.slice(0, -1) });
  }

  view(view: View): void {
    if (view === 'training') this.#asked.delete(this.#sheets); // there may be new ones
    this.#move({ view });
  }

  chooseModel(model: string): void {
    this.#move({ model, epoch: undefined });
  }

  chooseWhere(where: 'server' | 'browser'): void {
    this.#move({ where });
  }

  /** @param settled whether the user released the slider; only then the URL changes */
  slide(place: Partial<Pick<Scene, 'share' | 'epoch'>>, settled: boolean): void {
    this.#scene = { ...this.#scene, ...place };
    if (settled) this.#setUrl(formatScene(this.#scene), 'replace');
    this.#notify();
  }

  /** Retries every failed attempt. */
  retry(): void {
    for (const attempt of [this.#sources, this.#browser, this.#images, this.#walk, this.#sheets]) attempt.retry();
  }

  #move(change: Partial<Scene>): void {
    const before = formatScene(this.#scene);
    this.#scene = { ...this.#scene, ...change };
    const after = formatScene(this.#scene);
    if (after !== before) this.#setUrl(after, 'push');
    this.#advance();
    this.retry();
  }

  #where(): 'server' | 'browser' | undefined {
    const { value } = this.#sources.state;
    if (value === undefined) return undefined;
    const { where } = this.#scene;
    if (value.server === undefined) return 'browser';
    return where === 'browser' && this.#modelUrl() !== undefined ? 'browser' : 'server';
  }

  /** URL of the files of the selected model, if it can run in the browser. */
  #modelUrl(): string | undefined {
    const { server, besidePage } = this.#sources.state.value ?? {};
    if (server === undefined) return besidePage;
    const { model } = this.#scene;
    return server.models.find(({ name }, i) => (model === undefined ? i === 0 : name === model))?.inBrowser;
  }

  #opened(): Opened | undefined {
    if (this.#where() !== 'browser') return this.#sources.state.value?.server;
    const { status, value } = this.#browser.state;
    return status === 'done' && this.#inBrowser === this.#modelUrl() ? value : undefined;
  }

  /** Takes the next step towards the scene: open the source, then generate. */
  #advance(): void {
    this.#notify();
    const opened = this.#opened();
    if (this.#scene.view === 'training') this.#showSheets();
    else if (opened !== undefined) this.#generate(opened);
    else if (this.#where() === 'browser' && this.#isWanted()) this.#openInBrowser();
    this.#notify();
  }

  /** The model is a large file. It is downloaded when the user asks for an image, not with the page. */
  #isWanted(): boolean {
    return this.#scene.seed !== undefined || this.#scene.where === 'browser';
  }

  #openInBrowser(): void {
    const url = this.#modelUrl();
    if (url === undefined || url === this.#inBrowser) return;
    this.#inBrowser = url;
    this.#progress = undefined;
    const onProgress = (progress: LoadProgress) => {
      this.#progress = progress;
      this.#notify();
    };
    this.#browser.run((signal) => this.#openModel(url, onProgress, signal));
  }

  #generate({ source }: Opened): void {
    if (this.#scene.seed === undefined) {
      this.#scene = { ...this.#scene, seed: this.#freshSeed() };
      this.#setUrl(formatScene(this.#scene), 'replace');
    }
    const { view, text, to, seed = 0, like } = this.#scene;
    const model = this.#scene.model === undefined ? {} : { model: this.#scene.model };
    if (view === 'generate') {
      const request = { ...model, caption: text, seed, count: COUNT, like };
      this.#ask(this.#images, [source.kind, request], (signal) => source.generate(request, signal));
    } else {
      const request = { ...model, from: text, to, seed, steps: STEPS };
      this.#ask(this.#walk, [source.kind, request], (signal) => source.interpolate(request, signal));
    }
  }

  #showSheets(): void {
    const samples = this.#sources.state.value?.server?.source.samples;
    const { model } = this.#scene;
    if (samples !== undefined) this.#ask(this.#sheets, [model], (signal) => samples(model, signal));
  }

  #ask<T>(attempt: Attempt<T>, request: readonly unknown[], work: Work<T>): void {
    const key = JSON.stringify(request);
    if (this.#asked.get(attempt) === key) return;
    this.#asked.set(attempt, key);
    attempt.run(work);
  }

  #notify(): void {
    this.#state = undefined;
    for (const listener of this.#listeners) listener();
  }
}

/** Frees the object URLs of images that are no longer shown. */
function forget(images: readonly GeneratedImage[]): void {
  for (const { url } of images) if (url.startsWith('blob:')) URL.revokeObjectURL(url);
}
