// The lens over one editor: what is drawn now, what it was drawn from, and when it is drawn again.
import { window, type TextEditor } from 'vscode';
import type { Lens } from '../../core/lenses/lens';
import { Cancelled } from '../../core/errors';
import type { Engine } from '../engine/engineClient';
import { VIEW_TOKENS, type EngineQueries } from '../engine/engineQueries';
import { cutView } from '../traces/savedView';
import { Debouncer } from '../ui/debouncer';
import { isInspectable } from '../ui/editorRanges';
import { EditorDecorations, rangesByType, type Answer, type Drawn } from './editorDecorations';
import type { OverlayState } from './overlayState';
import type { Palette } from './palette';
import type { ShownText, ShownTexts } from './textSource';

/** Milliseconds between refreshes while many texts are scored one by one: each refresh asks about all of them. */
const MANY_MS = 300;
/** How long after an edit decorations may show old scores (milliseconds), so that they do not flicker at every key. */
const STALE_MS = 300;
/** Milliseconds from a change of what is on the screen to the refresh. */
export const SCROLL_MS = 30;

export interface PaintContext {
  readonly engine: Engine;
  readonly queries: EngineQueries;
  readonly state: OverlayState;
  readonly shown: ShownTexts;
  palette(): Palette;
  readonly onError: (error: unknown) => void;
}

export class EditorPaint {
  private readonly next = new Debouncer();
  /** Of the newest refresh: older ones must not paint over it. */
  private ticket: symbol | undefined;
  /** Addresses of the texts that were painted last. */
  private painted: ReadonlySet<string> = new Set();
  /** When the text was edited for the first time since it was painted. */
  private editedAt: number | undefined;
  /** What was last asked to be scored, its key: lens, texts, their versions and first visible tokens. */
  private request = { key: '' };
  /** Of the request that was refused last: nothing else would come of the same one. */
  private refusedKey = '';
  /** Whether what is painted still misses scores. */
  private isIncomplete = false;
  /** Whether there are more tokens on the screen than are painted: those around the cursor are. */
  private isPart = false;
  private readonly decorations: EditorDecorations;

  constructor(
    private readonly editor: TextEditor,
    private readonly context: PaintContext,
  ) {
    this.decorations = new EditorDecorations(editor);
  }

  /** Undefined while scores are missing. */
  get drawn(): Drawn | undefined {
    return this.isIncomplete ? undefined : this.decorations.drawn;
  }

  /** A setting or the model is another one: what was refused may not be any more. */
  renew(): void {
    this.refusedKey = '';
    this.schedule(0);
  }

  /** Refreshes within `ms`; coalesces with a refresh that is due sooner. */
  schedule(ms: number): void {
    this.next.schedule(ms, () => this.refreshNow());
  }

  onEdit(): void {
    this.editedAt ??= Date.now();
    // Not by a timer: in one of the same moment another extension may read all of a large text first.
    this.refreshNow();
  }

  onCursorMove(): void {
    if (this.isPart) this.schedule(SCROLL_MS);
  }

  /** More rows of a text are known. */
  onScored(uri: string): void {
    if (!this.isIncomplete || !this.painted.has(uri)) return;
    this.schedule(this.painted.size > 1 ? MANY_MS : SCROLL_MS);
  }

  /** A refresh under way ends without painting, and the texts that are left are not scored. */
  dispose(): void {
    this.next.dispose();
    this.ticket = undefined;
    this.request = { key: '' };
  }

  private refreshNow(): void {
    this.refresh().catch(this.context.onError);
  }

  private async refresh(): Promise<void> {
    const { editor } = this;
    const { engine, shown, state } = this.context;
    const { lens, isOn } = state;
    const { state: opened } = engine;
    const ticket = (this.ticket = Symbol());
    if (!isOn || !isInspectable(editor.document) || opened.kind === 'failed') {
      return this.decorations.clear();
    }
    const texts = shown.shownIn(editor, lens);
    this.painted = new Set(texts.map(({ text }) => text.uri.toString()));
    // Only the lens of tokens leaves the lines below them to a second tokenizer.
    const compares = engine.second !== null && lens.scale.kind === 'alternate';
    let answers;
    let others;
    try {
      answers = await Promise.all(texts.flatMap(each => this.answersOf(each, lens)));
      others = await Promise.all(
        (compares ? texts : []).flatMap(each => this.secondAnswersOf(each)),
      );
    } catch (error) {
      // The text has changed, and another refresh is on its way.
      if (error instanceof Cancelled) return;
      if (this.ticket === ticket) this.decorations.clear();
      throw error;
    }
    // What has changed meanwhile brings another refresh.
    const isCurrent =
      this.ticket === ticket &&
      state.isOn &&
      state.lens === lens &&
      engine.state === opened &&
      [...answers, ...others].every(({ version, of }) => version === of.text.version);
    if (!isCurrent) return;
    this.isPart = answers.some(({ view }) => view.utf16Starts.length >= VIEW_TOKENS);
    const missing = lens.needs.length > 0 ? answers.filter(({ view }) => view.pending > 0) : [];
    this.isIncomplete = missing.length > 0;
    const staleMs = Date.now() - (this.editedAt ?? 0);
    if (!this.isIncomplete || staleMs >= STALE_MS) {
      const palette = this.context.palette();
      this.decorations.draw(rangesByType(editor, palette, lens, texts, answers, others));
      this.editedAt = undefined;
    } else this.schedule(STALE_MS - staleMs);
    if (this.isIncomplete) await this.score(missing, lens);
  }

  /** Asks for the scores that are missing, text by text, unless the same was asked for and is under way. */
  private async score(missing: readonly Answer[], lens: Lens): Promise<void> {
    const { queries, shown, state } = this.context;
    const texts = new Set(missing.map(({ of }) => of.text));
    const asked = missing.map(
      ({ of, view }) => `${of.text.uri} ${of.text.version} ${view.utf16Starts[0]}`,
    );
    const key = [lens.title, ...asked].join('\n');
    const isUnderWay = [...texts].some(text => queries.passes.isScoring(text));
    if (this.refusedKey === key) return;
    if (this.request.key === key && isUnderWay) return;
    const request = (this.request = { key });
    const everywhere = window.visibleTextEditors.flatMap(other => shown.shownIn(other, lens));
    for (const text of texts) {
      const own = everywhere.filter(other => other.text === text);
      const visible = own.flatMap(each => each.visible);
      await queries.passes.score(text, visible, lens);
      // Of the lens another scale may have been measured meanwhile.
      const isWanted = state.isOn && state.lens.title === lens.title;
      if (!isWanted || this.request !== request) return;
    }
    const isRefused = [...texts].every(text => queries.passes.isRefused(text, lens));
    this.refusedKey = isRefused ? key : '';
  }

  private answersOf(of: ShownText, lens: Lens): Promise<Answer>[] {
    const { text, visible, saved } = of;
    return visible.map(async range => {
      if (saved) return { of, version: text.version, view: cutView(saved.view, range) };
      return { of, ...(await this.context.queries.viewForLens(of, range, lens)) };
    });
  }

  /** The tokens of the second tokenizer. */
  private secondAnswersOf(of: ShownText): Promise<Answer>[] {
    const { text, visible, cursorOffset: around } = of;
    const options = { ...(around !== undefined && { around }), second: true };
    return visible.map(async range => ({
      of,
      ...(await this.context.queries.view(text, range, options)),
    }));
  }
}
