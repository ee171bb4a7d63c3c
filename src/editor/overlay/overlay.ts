// Paints the chosen lens over the visible text of every editor, and takes the paint off again.
import {
  window,
  workspace,
  type Disposable,
  type TextDocument,
  type TextEditor,
  type TextEditorDecorationType,
} from 'vscode';
import type { Lens } from '../../core/lenses/lens';
import { Cancelled } from '../../core/errors';
import type { CharacterView, TokenView } from '../../protocol/scores';
import type { Range16 } from '../../protocol/types';
import type { Engine } from '../engine/engineClient';
import { VIEW_TOKENS, type Inspection } from '../engine/scoringPasses';
import type { OverlayState } from './overlayState';
import { whitespaceIn, splitCharacters, rangesByStep } from './decorationRanges';
import { Palette } from './palette';
import type { ShownText, ShownTexts } from './textSource';
import { cutView } from '../traces/savedView';
import type { Autoencoder } from '../features/autoencoder';
import { onDidChangeAny } from '../setting';
import { settings } from '../settings';
import { isInspectable, rangeOf } from '../ui/editorRanges';

const SCROLL_MS = 30;
/** Between refreshes while one of many texts after the other is scored: each asks about all of them. */
const MANY_MS = 300;
/** For so long after an edit what is drawn behind it may wait for its new scores, lest all of it blink at every key. */
const STALE_MS = 300;

/** A view of a stretch of a text that an editor shows. */
interface Answer {
  readonly of: ShownText;
  readonly version: number;
  readonly view: TokenView | CharacterView;
}

export class Overlay {
  private readonly palette = new Palette();
  /** The next refresh of each editor, and when it is due. */
  private readonly timers = new Map<TextEditor, { timer: NodeJS.Timeout; due: number }>();
  /** Which refresh of an editor is the newest: older ones must not paint over it. */
  private readonly newest = new WeakMap<TextEditor, symbol>();
  /** Editors whose paint still misses scores. */
  private readonly incomplete = new WeakSet<TextEditor>();
  /** Editors with more tokens on the screen than are painted: those around the cursor are. */
  private readonly isPart = new WeakSet<TextEditor>();
  /** When the text of an editor was edited for the first time since it was painted. */
  private readonly editedAt = new WeakMap<TextEditor, number>();
  /** What each editor was last told to draw, by decoration type. */
  private readonly drawn = new WeakMap<TextEditor, Map<TextEditorDecorationType, string>>();
  /** What each editor last asked to be scored: texts, their versions and visible tokens. */
  private readonly wishes = new WeakMap<TextEditor, string>();
  /** Addresses of the texts that an editor was last painted with. */
  private readonly painted = new WeakMap<TextEditor, ReadonlySet<string>>();
  private readonly listeners: Disposable[];

  constructor(
    private readonly engine: Engine,
    private readonly inspection: Inspection,
    private readonly state: OverlayState,
    features: Autoencoder,
    private readonly shown: ShownTexts,
    private readonly onError: (error: unknown) => void,
  ) {
    this.listeners = [
      state.onDidChange(() => this.refreshAll()),
      features.onDidReopen(() => this.refreshAll()),
      // Another model stops the engine first: see `EngineSettings`.
      onDidChangeAny(
        [...Object.values(settings.model), ...Object.values(settings.traces), settings.pair.centre],
        () => this.refreshAll(),
      ),
      engine.onDidChangeState(({ kind }) => {
        if (kind === 'ready' || kind === 'failed') this.refreshAll();
      }),
      window.onDidChangeVisibleTextEditors(() => this.refreshAll()),
      window.onDidChangeTextEditorVisibleRanges(event =>
        this.schedule(event.textEditor, SCROLL_MS),
      ),
      window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (this.isPart.has(textEditor)) this.schedule(textEditor, SCROLL_MS);
      }),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.edited(document);
      }),
      inspection.onDidScore(event => {
        for (const editor of window.visibleTextEditors) {
          const painted = this.painted.get(editor);
          if (painted?.has(event.uri) && this.incomplete.has(editor))
            this.schedule(editor, painted.size > 1 ? MANY_MS : SCROLL_MS);
        }
      }),
    ];
  }

  refreshAll(): void {
    if (!this.state.isOn) this.inspection.cancelAll();
    for (const editor of window.visibleTextEditors) this.schedule(editor, 0);
  }

  dispose(): void {
    for (const { timer } of this.timers.values()) clearTimeout(timer);
    for (const listener of this.listeners) listener.dispose();
    this.palette.dispose();
  }

  private edited(document: TextDocument): void {
    for (const editor of window.visibleTextEditors) {
      if (editor.document !== document) continue;
      if (!this.editedAt.has(editor)) this.editedAt.set(editor, Date.now());
      // At once: another extension may read all of a large text in a timer of the same moment.
      this.refresh(editor).catch(this.onError);
    }
  }

  /** A refresh so soon or sooner; wishes until then are one. */
  private schedule(editor: TextEditor, ms: number): void {
    const due = Date.now() + ms;
    const before = this.timers.get(editor);
    if (before && before.due <= due) return;
    clearTimeout(before?.timer);
    const run = () => {
      this.timers.delete(editor);
      this.refresh(editor).catch(this.onError);
    };
    this.timers.set(editor, { timer: setTimeout(run, ms), due });
  }

  private async refresh(editor: TextEditor): Promise<void> {
    const { document } = editor;
    const { lens, isOn } = this.state;
    const ticket = Symbol();
    this.newest.set(editor, ticket);
    if (!isOn || !isInspectable(document) || this.engine.state.kind === 'failed') {
      return this.paint(editor, []);
    }
    const shown = this.shown.shownIn(editor, lens);
    this.painted.set(editor, new Set(shown.map(({ text }) => text.uri.toString())));
    // Heat has lines of its own below the tokens.
    const compares = this.engine.second !== null && lens.scale.kind === 'alternate';
    let answers;
    let others;
    try {
      answers = await Promise.all(shown.flatMap(each => this.answersOf(each, lens)));
      others = await Promise.all(
        (compares ? shown : []).flatMap(each => this.secondAnswersOf(each)),
      );
    } catch (error) {
      // The text has changed, and another refresh is on its way.
      if (error instanceof Cancelled) return;
      this.paint(editor, []);
      throw error;
    }
    const isCurrent = [...answers, ...others].every(
      ({ version, of }) => version === of.text.version,
    );
    if (this.newest.get(editor) !== ticket || !isCurrent) return;
    if (answers.some(({ view }) => view.utf16Starts.length >= VIEW_TOKENS)) this.isPart.add(editor);
    else this.isPart.delete(editor);
    const missing = lens.needs.length > 0 ? answers.filter(({ view }) => view.pending > 0) : [];
    const isComplete = missing.length === 0;
    const staleMs = Date.now() - (this.editedAt.get(editor) ?? 0);
    if (isComplete || staleMs >= STALE_MS) {
      this.paint(editor, answers, lens, shown, others);
      this.editedAt.delete(editor);
    } else this.schedule(editor, STALE_MS - staleMs);
    this.incomplete.delete(editor);
    if (isComplete) return;
    this.incomplete.add(editor);
    const texts = new Set(missing.map(({ of }) => of.text));
    const wish = missing
      .map(({ of, view }) => `${of.text.uri} ${of.text.version} ${view.utf16Starts[0]}`)
      .join('\n');
    const isUnderWay = [...texts].some(text => this.inspection.isScoring(text));
    if (this.wishes.get(editor) === `${lens.title}\n${wish}` && isUnderWay) return;
    this.wishes.set(editor, `${lens.title}\n${wish}`);
    const everywhere = window.visibleTextEditors.flatMap(other => this.shown.shownIn(other, lens));
    for (const text of texts) {
      const own = everywhere.filter(other => other.text === text);
      await this.inspection.score(
        text,
        own.flatMap(({ visible }) => visible),
        lens,
      );
    }
  }

  private answersOf(of: ShownText, lens: Lens): Promise<Answer>[] {
    const { text, visible, saved } = of;
    return visible.map(async range => {
      if (saved) return { of, version: text.version, view: cutView(saved.view, range) };
      return { of, ...(await this.inspection.viewForLens(of, range, lens)) };
    });
  }

  private secondAnswersOf(of: ShownText): Promise<Answer>[] {
    const { text, visible, cursorOffset: around } = of;
    const wish = { ...(around !== undefined && { around }), second: true };
    return visible.map(async range => ({ of, ...(await this.inspection.view(text, range, wish)) }));
  }

  private paint(
    editor: TextEditor,
    answers: readonly Answer[],
    lens?: Lens,
    shown: readonly ShownText[] = [],
    others: readonly Answer[] = [],
  ): void {
    const { document } = editor;
    const ranges = new Map(this.palette.all.map(type => [type, [] as Range16[]]));
    const place = (type: TextEditorDecorationType, { of }: Answer, stretches: Range16[]) => {
      for (const stretch of stretches) ranges.get(type)!.push(...of.placesOf(stretch));
    };
    for (const answer of lens ? answers : []) {
      const steps = this.palette.steps(lens!.scale);
      for (const [step, stretches] of rangesByStep(answer.view, lens!))
        place(steps[step]!, answer, stretches);
      place(this.palette.split, answer, splitCharacters(answer.view));
    }
    for (const answer of lens ? others : []) {
      for (const [step, stretches] of rangesByStep(answer.view, lens!))
        place(this.palette.second[step]!, answer, stretches);
    }
    const whitespace = lens?.showsWhitespace ? shown : [];
    for (const stretch of whitespace.flatMap(each =>
      each.visible.flatMap(range => each.placesOf(range)),
    )) {
      const text = document.getText(rangeOf(document, stretch));
      for (const { kind, utf16 } of whitespaceIn(text, stretch.utf16Start)) {
        ranges.get(this.palette.blanks[kind])!.push({ utf16Start: utf16, utf16End: utf16 });
      }
    }
    const drawn = this.drawn.get(editor) ?? new Map<TextEditorDecorationType, string>();
    this.drawn.set(editor, drawn);
    for (const [type, stretches] of ranges) {
      // An edit moves what is drawn, so what is equal by offsets need not be after one.
      const offsets = stretches.map(({ utf16Start, utf16End }) => `${utf16Start}-${utf16End}`);
      const key = stretches.length > 0 ? `${document.version}:${offsets.join()}` : '';
      if ((drawn.get(type) ?? '') === key) continue;
      drawn.set(type, key);
      editor.setDecorations(
        type,
        stretches.map(stretch => rangeOf(document, stretch)),
      );
    }
  }
}
