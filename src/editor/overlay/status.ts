// The one status item: lens, tokens in document or selection, and how the engine is.
import {
  type Command,
  MarkdownString,
  StatusBarAlignment,
  ThemeColor,
  window,
  workspace,
  type Disposable,
  type StatusBarItem,
  type TextDocument,
} from 'vscode';
import type { ScoredEvent } from '../../protocol/scores';
import type { Engine } from '../engine/engineClient';
import { noSae, type Autoencoder } from '../features/autoencoder';
import { isServerAddress } from '../../servers/address';
import { serverUse } from '../servers/serverHost';
import type { EngineQueries } from '../engine/engineQueries';
import type { OverlayState } from './overlayState';
import { HOLD_MS, SteadyProgress } from './steadyProgress';
import { statusOf, type CountedTokens, type StatusState, type StatusView } from './statusText';
import type { ShownTexts } from './textSource';
import { onDidChangeAny } from '../setting';
import { settings } from '../settings';
import { Debouncer } from '../ui/debouncer';
import { isInspectable, offsetsOf } from '../ui/editorRanges';

const COUNT_MS = 120;
/** The argument of the command after a click on the item, which took the focus from the editor. */
export const FROM_STATUS = 'fromStatus';

/** While the overlay is off, the item turns it on. */
const TURN_ON: Command = { command: 'tokenscope.turnOverlayOn', title: 'Turn Overlay On' };
const CHOOSE_LENS: Command = {
  command: 'tokenscope.chooseLens',
  title: 'Choose Lens…',
  arguments: [FROM_STATUS],
};

export class Status {
  private readonly item: StatusBarItem;
  private readonly listeners: Disposable[];
  /** Kept until the text as it is now has been counted, so that the item does not change its width at every key. */
  private counted: (CountedTokens & { readonly uri: string }) | undefined;
  private readonly steady = new SteadyProgress();
  private readonly nextDraw = new Debouncer();
  private tooltip = '';
  /** What is shown. */
  view: StatusView | undefined;
  private progress: ScoredEvent | undefined;
  private readonly nextCount = new Debouncer();

  constructor(
    private readonly engine: Engine,
    private readonly queries: EngineQueries,
    private readonly state: OverlayState,
    private readonly autoencoder: Autoencoder,
    private readonly shown: ShownTexts,
  ) {
    this.item = window.createStatusBarItem('tokenscope.status', StatusBarAlignment.Right, 100);
    this.item.name = 'Tokenscope';
    this.listeners = [
      this.item,
      state.onDidChange(() => {
        // The progress was that of another lens.
        this.steady.forget();
        this.update();
      }),
      autoencoder.onDidChange(() => this.update()),
      onDidChangeAny(Object.values(settings.traces), () => this.update()),
      engine.onDidChangeState(() => {
        // A count is of one tokenizer, and of one second tokenizer.
        this.counted = undefined;
        this.update();
      }),
      engine.openings.onDidChange(() => this.draw()),
      queries.passes.onDidScore(event => {
        this.progress = event;
        this.update();
      }),
      window.onDidChangeActiveTextEditor(() => {
        this.steady.forget();
        this.update();
      }),
      window.onDidChangeTextEditorSelection(() => this.update()),
      // Not every change moves the cursor.
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && document === window.activeTextEditor?.document)
          this.update();
      }),
    ];
    this.update();
  }

  update(): void {
    this.draw();
    if (!this.state.isOn) return;
    this.nextCount.schedule(COUNT_MS, () => void this.count().then(() => this.draw()));
  }

  dispose(): void {
    this.nextCount.dispose();
    this.nextDraw.dispose();
    for (const listener of this.listeners) listener.dispose();
  }

  private async count(): Promise<void> {
    const editor = window.activeTextEditor;
    const { state } = this.engine;
    if (!editor || !isInspectable(editor.document) || state.kind !== 'ready') return;
    const { document, selections } = editor;
    const chosen = selections.filter(selection => !selection.isEmpty);
    const ranges = chosen.map(selection => offsetsOf(document, selection));
    try {
      const count = await this.queries.count(document, ranges);
      // Another tokenizer, or another second one, was opened meanwhile, and its tokens are counted next.
      if (this.engine.state !== state) return;
      const hasSelection = chosen.length > 0;
      const uri = document.uri.toString();
      this.counted = { uri, count, hasSelection, second: state.second?.name };
    } catch {
      // The text moved on, or the engine is gone: the next event counts again.
    }
  }

  private draw(): void {
    const { item } = this;
    this.view = statusOf(this.stateNow());
    const { text, tooltip, hasLegend, severity, accessibleLabel } = this.view;
    item.text = text;
    item.command = this.state.isOn ? CHOOSE_LENS : TURN_ON;
    // The first Markdown that the extension host parses blocks it for 15 ms and more: none before there is a legend.
    if (tooltip !== this.tooltip) item.tooltip = hasLegend ? legend(tooltip) : tooltip;
    this.tooltip = tooltip;
    item.backgroundColor =
      severity === 'error' ? new ThemeColor('statusBarItem.errorBackground') : undefined;
    item.accessibilityInformation = { label: accessibleLabel, role: 'button' };
    item.show();
  }

  private stateNow(): StatusState {
    const { engine, autoencoder, state } = this;
    const document = window.activeTextEditor?.document;
    const isReady = state.isOn && engine.state.kind === 'ready';
    return {
      isOn: state.isOn,
      lens: state.lens,
      engine: engine.state,
      counted: document?.uri.toString() === this.counted?.uri ? this.counted : undefined,
      saved: isReady ? this.saved() : undefined,
      preparing: engine.openings.current.find(({ preparing }) => preparing)?.preparing,
      progress: this.progressOf(document),
      note: this.queries.passes.noteOn(document),
      noAutoencoder: autoencoder.info === null ? autoencoder.problem || this.noSae() : undefined,
      sent: isReady && isServer(engine) ? serverUse.words : '',
      pins: state.pins.map(({ feature }) => feature),
    };
  }

  private noSae(): string {
    const { state } = this.engine;
    return noSae(state.kind === 'ready' ? state.model : {});
  }

  /** The saved numbers that the active editor shows at the cursor. */
  private saved(): StatusState['saved'] {
    const editor = window.activeTextEditor;
    if (!editor) return undefined;
    const { document, selection } = editor;
    const at = this.shown.textAt(document, document.offsetAt(selection.active), this.state.lens);
    return at?.saved && { source: at.saved.series.source, tokens: at.saved.view.total };
  }

  private progressOf(document: TextDocument | undefined): StatusState['progress'] {
    const { progress } = this;
    const isRunning =
      document &&
      progress?.uri === document.uri.toString() &&
      this.queries.passes.isScoring(document);
    const shown = this.steady.shown(isRunning ? progress : undefined, Date.now());
    // What is kept for a while is taken off when no event comes.
    if (shown) this.nextDraw.schedule(HOLD_MS, () => this.draw());
    return shown;
  }
}

function isServer({ state }: Engine): boolean {
  return state.kind === 'ready' && isServerAddress(state.model.folder);
}

/** The colours of the legend are spans of HTML; all that is text is escaped (`legendMarkdown`). */
function legend(markdown: string): MarkdownString {
  const tooltip = new MarkdownString(markdown);
  tooltip.supportHtml = true;
  return tooltip;
}
