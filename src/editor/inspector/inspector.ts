// Tells the inspector's page what is under the cursor and what is on the screen, and does what its buttons say.
import {
  commands,
  window,
  workspace,
  type Disposable,
  type Event,
  type TextDocument,
  type WebviewView,
} from 'vscode';
import { serve } from '../../protocol/channel';
import { Cancelled } from '../../core/errors';
import type { Range16 } from '../../protocol/types';
import {
  FEATURES,
  hostMethods,
  LIST,
  NEXT,
  pageConnection,
  SHOW,
  type CurveState,
  type HostApi,
  type PageLook,
} from '../../protocol/page';
import type { Engine } from '../engine/engineClient';
import type { Autoencoder } from '../features/autoencoder';
import { openAt, select as selectIn } from '../ui/goTo';
import type { Inspection } from '../engine/scoringPasses';
import { cursorState, featuresState, nextByteState, visibleTokens } from './inspectorState';
import type { OverlayState } from '../overlay/overlayState';
import { isInspectable } from '../ui/editorRanges';

const CURSOR_MS = 60;
const LIST_MS = 120;
/** The cursor rests so long before the model is asked for the next byte. */
const REST_MS = 150;

/** Where the inspector learns of rollouts. */
export interface RolloutSource {
  readonly onDidChange: Event<void>;
  curveOf(document: TextDocument | undefined): CurveState | null;
}

export class Inspector {
  private readonly connection;
  private readonly listeners: Disposable[];
  private readonly timers = new Map<string, NodeJS.Timeout>();

  /** Whether the tokens told last wait for scores: others need not be told again when scores come. */
  private missesScores = false;
  /** What the tokens told last lie in, where those on the screen are more. */
  private part: Range16 | undefined;
  private look: PageLook = { tab: 'token', typed: '', choice: { kind: 'own' } };
  /** What is asked of the model for a place that the cursor has not left yet. */
  private asking = new AbortController();

  constructor(
    private readonly view: WebviewView,
    private readonly engine: Engine,
    private readonly inspection: Inspection,
    private readonly state: OverlayState,
    private readonly features: Autoencoder,
    private readonly rollouts: RolloutSource,
    private readonly onError: (error: unknown) => void,
  ) {
    const { webview } = view;
    this.connection = pageConnection({
      post: message => void webview.postMessage(message),
      listen: receive => webview.onDidReceiveMessage(receive),
    });
    const cursor = () => this.schedule(SHOW, CURSOR_MS, () => this.cursor());
    const list = () => {
      this.schedule(LIST, LIST_MS, () => this.list());
      // What differs is listed of the text on the screen, too.
      if (this.look.tab === 'compare') cursor();
    };
    const moved = () => {
      cursor();
      if (this.hasLeftPart()) list();
      this.askWhereResting();
    };
    const both = () => {
      moved();
      list();
    };
    serve<HostApi>(this.connection, hostMethods, {
      ready: both,
      feature: params => this.actOn(params),
      open: params => openAt(params),
      run: async ({ command }) => void (await commands.executeCommand(`tokenscope.${command}`)),
      look: look => {
        this.look = look;
        moved();
      },
      select,
    });
    this.connection.listen();
    this.listeners = [
      state.onDidChange(both),
      features.onDidChange(both),
      rollouts.onDidChange(cursor),
      engine.onDidChangeState(both),
      inspection.onDidScore(() => {
        cursor();
        if (this.missesScores) list();
      }),
      window.onDidChangeActiveTextEditor(both),
      window.onDidChangeTextEditorSelection(moved),
      window.onDidChangeTextEditorVisibleRanges(list),
      workspace.onDidChangeTextDocument(both),
      view.onDidChangeVisibility(both),
    ];
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.asking.abort();
    for (const listener of this.listeners) listener.dispose();
    this.connection.dispose();
  }

  /** Sends one notification soon; wishes until then are one. */
  private schedule(notification: string, ms: number, look: () => Promise<unknown>): void {
    if (this.timers.has(notification) || !this.view.visible) return;
    const run = () => {
      this.timers.delete(notification);
      look()
        .then(found => this.connection.sendNotification(notification, found))
        .catch(this.onError);
    };
    this.timers.set(notification, setTimeout(run, ms));
  }

  /** Once the cursor rests; what was asked for another place is withdrawn. */
  private askWhereResting(): void {
    this.asking.abort();
    for (const name of [NEXT, FEATURES]) clearTimeout(this.timers.get(name));
    const { tab } = this.look;
    if ((tab !== 'nextByte' && tab !== 'features') || !this.view.visible) return;
    const { signal } = (this.asking = new AbortController());
    const name = tab === 'features' ? FEATURES : NEXT;
    const run = () => {
      (tab === 'features' ? this.featuresHere(signal) : this.nextByte(signal))
        .then(found => (signal.aborted ? undefined : this.connection.sendNotification(name, found)))
        .catch(error => {
          if (!(error instanceof Cancelled)) this.onError(error);
        });
    };
    this.timers.set(name, setTimeout(run, REST_MS));
  }

  private async featuresHere(signal: AbortSignal) {
    const editor = activeEditor();
    if (!editor || !this.state.isOn || this.engine.state.kind !== 'ready') return null;
    return featuresState(editor, this.features, this.look.choice, signal);
  }

  private actOn({ feature, act, threshold }: Parameters<HostApi['feature']>[0]): void {
    const run = (command: string) =>
      void commands.executeCommand(`tokenscope.${command}`, feature ?? undefined);
    if (act === 'show') this.features.show(feature ?? undefined);
    else if (act === 'pin' && feature !== null && threshold !== undefined)
      this.state.pin(feature, threshold);
    else if (act === 'pin') run('pinFeature');
    else if (act === 'unpin' && feature !== null) this.state.unpin(feature);
    else if (act === 'ablate') run('ablateFeature');
    else if (act === 'label') run('labelFeature');
    else if (act === 'search') run('findFeatureInWorkspace');
  }

  private async nextByte(signal: AbortSignal) {
    const editor = activeEditor();
    if (!editor || !this.state.isOn || this.engine.state.kind !== 'ready') return null;
    return nextByteState(editor, this.inspection, signal);
  }

  private async cursor() {
    const editor = activeEditor();
    const curve = this.look.tab === 'rollouts' ? this.rollouts.curveOf(editor?.document) : null;
    const { engine, inspection, state, look } = this;
    return { ...(await cursorState(editor, engine, inspection, state, look)), curve };
  }

  private async list() {
    const editor = activeEditor();
    if (!editor || !this.state.isOn || this.engine.state.kind !== 'ready') return null;
    const tokens = await visibleTokens(editor, this.engine, this.inspection);
    const { runs, visible } = tokens;
    this.missesScores = runs.some(({ view }) => view.pending > 0);
    const listed = runs.reduce((sum, { view }) => sum + view.ids.length, 0);
    const utf16Start = runs[0]?.view.utf16Starts[0] ?? 0;
    const utf16End = runs.at(-1)?.view.utf16Ends.at(-1) ?? 0;
    this.part = listed < visible ? { utf16Start, utf16End } : undefined;
    return tokens;
  }

  private hasLeftPart(): boolean {
    const editor = activeEditor();
    if (!editor || !this.part) return false;
    const at = editor.document.offsetAt(editor.selection.active);
    return at < this.part.utf16Start || at >= this.part.utf16End;
  }
}

function activeEditor() {
  const editor = window.activeTextEditor;
  return editor && isInspectable(editor.document) ? editor : undefined;
}

const select: HostApi['select'] = ({ uri, version, goThere, ...range16 }) => {
  const editor = activeEditor();
  if (editor?.document.uri.toString() !== uri || editor.document.version !== version) return;
  selectIn(editor, range16);
  if (goThere) void commands.executeCommand('workbench.action.focusActiveEditorGroup');
};
