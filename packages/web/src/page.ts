/** What the page does, without how it looks: a state, and the actions of a person on it. */

import { Attempt, type Attempted, type Work } from './attempt.ts';
import type { DrawnImage, EpochSheet, LoadProgress } from './image-source.ts';
import { FIRST_SCENE, formatScene, freshSeed, parseScene, type Scene, type View } from './scene.ts';
import type { Opened, openInBrowser, Sources } from './sources.ts';

/** Images of a caption. */
export const COUNT = 8;
/** Images on the way between two. */
export const STEPS = 17;

export interface PageState {
  /** What is shown; the address says the same. */
  readonly scene: Scene;
  /** What is in the text boxes, drawn or not. */
  readonly drafts: { readonly text: string; readonly to: string };
  /** Whether the next captions keep the noises of this one. */
  readonly locked: boolean;
  readonly sources: Attempted<Sources>;
  /** Where it is drawn, once that is known. */
  readonly where: 'server' | 'browser' | undefined;
  /** Whether the model that is chosen can be drawn with in the browser. */
  readonly forBrowsers: boolean;
  /** What draws; undefined while it is not there yet. */
  readonly opened: Opened | undefined;
  readonly browser: Attempted<Opened>;
  /** Of the model that comes into the browser. */
  readonly progress: LoadProgress | undefined;
  readonly images: Attempted<readonly DrawnImage[]>;
  readonly walk: Attempted<readonly DrawnImage[]>;
  readonly sheets: Attempted<readonly EpochSheet[]>;
}

/** What the page needs of a browser. */
export interface PageSurroundings {
  /** Looks which sources there are. */
  readonly find: Work<Sources>;
  /** Downloads the model of a directory and starts it in this browser. */
  readonly openInBrowser: typeof openInBrowser;
  /** Leaves an address: a new entry of the history, or in place of the last. */
  readonly leaveAddress: (search: string, mode: 'push' | 'replace') => void;
  readonly freshSeed?: () => number;
}

export class Page {
  readonly #leaveAddress: PageSurroundings['leaveAddress'];
  readonly #find: PageSurroundings['find'];
  readonly #openModel: PageSurroundings['openInBrowser'];
  readonly #freshSeed: () => number;
  readonly #listeners = new Set<() => void>();
  readonly #sources = new Attempt<Sources>(() => this.#advance());
  readonly #browser = new Attempt<Opened>(
    () => this.#advance(),
    ({ source }) => source.dispose?.(),
  );
  readonly #images = new Attempt<readonly DrawnImage[]>(() => this.#tell(), forget);
  readonly #walk = new Attempt<readonly DrawnImage[]>(() => this.#tell(), forget);
  readonly #sheets = new Attempt<readonly EpochSheet[]>(() => this.#tell());
  /** What was last asked of each: what is shown is not drawn again. */
  readonly #asked = new Map<object, string>();
  #scene = FIRST_SCENE;
  #drafts: PageState['drafts'] = FIRST_SCENE;
  #locked = false;
  #progress: LoadProgress | undefined;
  /** Which model is in the browser, or comes there. */
  #inBrowser: string | undefined;
  #state: PageState | undefined;

  constructor({ find, openInBrowser, leaveAddress, freshSeed: fresh = freshSeed }: PageSurroundings) {
    this.#find = find;
    this.#openModel = openInBrowser;
    this.#leaveAddress = leaveAddress;
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

  /** @returns a function that ends it */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Shows what an address says: at the start, and when a person goes back. */
  show(search: string): void {
    this.#scene = parseScene(search);
    this.#drafts = { text: this.#scene.text, to: this.#scene.to };
    if (this.#sources.state.status === 'idle') this.#sources.run(this.#find);
    else this.#advance();
  }

  type(drafts: Partial<PageState['drafts']>): void {
    this.#drafts = { ...this.#drafts, ...drafts };
    this.#tell();
  }

  /** Draws what is in the text boxes, with the noises of before if they are locked; even the same again: a watched model may have newer weights. */
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
    this.#tell();
  }

  /** Takes a seed that a person chose, which they want to keep. */
  chooseSeed(seed: number): void {
    this.#locked = true;
    this.#move({ seed, like: [] });
  }

  /** Draws near one of the images that are shown. */
  moreLike(index: number): void {
    this.#move({ like: [...this.#scene.like, index], view: 'draw' });
  }

  /** Goes back to the images among which the one was that those shown are near to. */
  lessLike(): void {
    this.#move({ like: this.#scene.like.slice(0, -1) });
  }

  view(view: View): void {
    if (view === 'training') this.#asked.delete(this.#sheets); // there may be more of them by now
    this.#move({ view });
  }

  chooseModel(model: string): void {
    this.#move({ model, epoch: undefined });
  }

  chooseWhere(where: 'server' | 'browser'): void {
    this.#move({ where });
  }

  /** @param settled whether the person let go: only then it goes into the address */
  slide(place: Partial<Pick<Scene, 'share' | 'epoch'>>, settled: boolean): void {
    this.#scene = { ...this.#scene, ...place };
    if (settled) this.#leaveAddress(formatScene(this.#scene), 'replace');
    this.#tell();
  }

  /** Tries everything again that failed. */
  retry(): void {
    for (const attempt of [this.#sources, this.#browser, this.#images, this.#walk, this.#sheets]) attempt.retry();
  }

  #move(change: Partial<Scene>): void {
    const before = formatScene(this.#scene);
    this.#scene = { ...this.#scene, ...change };
    const after = formatScene(this.#scene);
    if (after !== before) this.#leaveAddress(after, 'push');
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

  /** Address of the files of the model that is chosen, if browsers can draw with it. */
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

  /** Takes the next step towards what the scene shows: open what draws, then draw. */
  #advance(): void {
    this.#tell();
    const opened = this.#opened();
    if (this.#scene.view === 'training') this.#showSheets();
    else if (opened !== undefined) this.#draw(opened);
    else if (this.#where() === 'browser' && this.#isWanted()) this.#openInBrowser();
    this.#tell();
  }

  /** The model is a large file: it comes when someone asked for an image, not with the page. */
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
      this.#tell();
    };
    this.#browser.run((signal) => this.#openModel(url, onProgress, signal));
  }

  #draw({ source }: Opened): void {
    if (this.#scene.seed === undefined) {
      this.#scene = { ...this.#scene, seed: this.#freshSeed() };
      this.#leaveAddress(formatScene(this.#scene), 'replace');
    }
    const { view, text, to, seed = 0, like } = this.#scene;
    const model = this.#scene.model === undefined ? {} : { model: this.#scene.model };
    if (view === 'draw') {
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

  #tell(): void {
    this.#state = undefined;
    for (const listener of this.#listeners) listener();
  }
}

/** Frees the files behind images that are shown no more. */
function forget(images: readonly DrawnImage[]): void {
  for (const { url } of images) if (url.startsWith('blob:')) URL.revokeObjectURL(url);
}
