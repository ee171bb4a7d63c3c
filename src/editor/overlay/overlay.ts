// Paints the chosen lens over the visible text of every editor, and takes the paint off again.
import { window, workspace, type Disposable, type TextDocument, type TextEditor } from 'vscode';
import type { Engine } from '../engine/engineClient';
import type { EngineQueries } from '../engine/engineQueries';
import type { Autoencoder } from '../features/autoencoder';
import { onDidChangeAny } from '../setting';
import { numberSettings } from '../settings';
import { onDidShowDiff } from './diffEditors';
import type { Drawn } from './editorDecorations';
import { EditorPaint, SCROLL_MS, type PaintContext } from './editorPaint';
import type { OverlayState } from './overlayState';
import { Palette } from './palette';
import type { ShownTexts } from './textSource';

export class Overlay {
  /** Made when the first lens is drawn. */
  private palette: Palette | undefined;
  /** Of the visible editors. */
  private readonly paints = new Map<TextEditor, EditorPaint>();
  private readonly context: PaintContext;
  private readonly listeners: Disposable[];

  constructor(
    engine: Engine,
    private readonly queries: EngineQueries,
    private readonly state: OverlayState,
    autoencoder: Autoencoder,
    shown: ShownTexts,
    onError: (error: unknown) => void,
  ) {
    const palette = () => (this.palette ??= new Palette());
    this.context = { engine, queries, state, shown, palette, onError };
    this.listeners = [
      state.onDidChange(() => this.refreshAll()),
      autoencoder.onDidReopen(() => this.refreshAll()),
      // Another model stops the engine first: see `EngineSettings`.
      onDidChangeAny(numberSettings, () => this.refreshAll()),
      engine.onDidChangeState(({ kind }) => {
        if (kind === 'ready' || kind === 'failed') this.refreshAll();
      }),
      window.onDidChangeVisibleTextEditors(() => this.refreshAll()),
      onDidShowDiff(() => this.refreshAll()),
      window.onDidChangeTextEditorVisibleRanges(({ textEditor }) =>
        this.paintOf(textEditor).schedule(SCROLL_MS),
      ),
      window.onDidChangeTextEditorSelection(({ textEditor }) =>
        this.paintOf(textEditor).onCursorMove(),
      ),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.edited(document);
      }),
      queries.passes.onDidScore(({ uri }) => {
        for (const paint of this.paints.values()) paint.onScored(uri);
      }),
    ];
  }

  refreshAll(): void {
    if (!this.state.isOn) this.queries.passes.cancelAll();
    const visible = new Set(window.visibleTextEditors);
    for (const [editor, paint] of this.paints) {
      if (visible.has(editor)) continue;
      paint.dispose();
      this.paints.delete(editor);
    }
    for (const editor of visible) this.paintOf(editor).renew();
  }

  /** For tests: see `EditorPaint`. */
  drawnIn(editor: TextEditor): Drawn | undefined {
    return this.paints.get(editor)?.drawn;
  }

  dispose(): void {
    for (const paint of this.paints.values()) paint.dispose();
    for (const listener of this.listeners) listener.dispose();
    this.palette?.dispose();
  }

  private edited(document: TextDocument): void {
    for (const editor of window.visibleTextEditors) {
      if (editor.document === document) this.paintOf(editor).onEdit();
    }
  }

  private paintOf(editor: TextEditor): EditorPaint {
    const known = this.paints.get(editor);
    if (known) return known;
    const made = new EditorPaint(editor, this.context);
    this.paints.set(editor, made);
    return made;
  }
}
