// The editor's side of the inspector's page: sends what all tabs share and the state of the open tab, and answers
// the page's requests.
import '../../protocol/nodeRuntime';
import { window, workspace, type Disposable, type WebviewView } from 'vscode';
import { serve } from '../../protocol/channel';
import {
  hostMethods,
  SELECT_TAB,
  SHOW,
  TAB,
  type HostApi,
  type PageLook,
  type TabId,
} from '../../protocol/page';
import { pageConnection } from '../../protocol/pageConnection';
import { onDidChangeAny } from '../setting';
import { numberSettings } from '../settings';
import { AnswerOrder } from '../ui/answerOrder';
import { Debouncer } from '../ui/debouncer';
import { OpenTab, type TabHost } from './openTab';
import { inspectedEditor, pageRequests } from './pageRequests';
import { sharedState, sourceOf } from './sharedState';
import { CURSOR_MS, type InspectorServices, type TabContext, type Trigger } from './tabs/tab';
import { tabs } from './tabs/tabs';

export class Inspector implements TabHost {
  private readonly connection;
  private readonly listeners: Disposable[];
  private readonly shared = new Debouncer();
  private readonly sharedOrder = new AnswerOrder();
  private look: PageLook = { tab: 'token', typed: '', choice: { kind: 'own' } };
  /** Whether the page listens: it is built anew whenever it becomes visible. */
  private isListening = false;
  private open = openTab(this.look.tab, this);

  constructor(
    private readonly view: WebviewView,
    private readonly services: InspectorServices,
    readonly onError: (error: unknown) => void,
    /** What the user asked for failed. */
    onFailure: (error: unknown) => void,
  ) {
    const { webview } = view;
    this.connection = pageConnection({
      post: message => void webview.postMessage(message),
      listen: receive => webview.onDidReceiveMessage(receive),
    });
    const { engine, queries, state, features, rollouts } = services;
    const all = () => this.refresh();
    serve<HostApi>(this.connection, hostMethods, {
      ...pageRequests(services, onFailure),
      ready: () => {
        this.isListening = true;
        all();
      },
      look: look => this.setLook(look),
    });
    this.connection.listen();
    const notify = (trigger: Trigger) => () => this.notify(trigger);
    this.listeners = [
      state.onDidChange(all),
      features.onDidChange(all),
      features.onDidReopen(all),
      onDidChangeAny(numberSettings, all),
      engine.onDidChangeState(all),
      window.onDidChangeActiveTextEditor(all),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        // Output channels and logs are documents, too.
        if (contentChanges.length > 0 && document === inspectedEditor()?.document) all();
      }),
      view.onDidChangeVisibility(all),
      window.onDidChangeTextEditorSelection(notify('cursor')),
      window.onDidChangeTextEditorVisibleRanges(notify('visibleRanges')),
      queries.passes.onDidScore(notify('scores')),
      rollouts.onDidChange(notify('rollouts')),
    ];
  }

  dispose(): void {
    this.shared.dispose();
    this.open.dispose();
    for (const listener of this.listeners) listener.dispose();
    this.connection.dispose();
  }

  context(): TabContext | undefined {
    const { services, look } = this;
    const editor = inspectedEditor();
    const isReady = services.state.isOn && services.engine.state.kind === 'ready';
    return editor && isReady ? { ...services, editor, look } : undefined;
  }

  source(): string {
    return sourceOf(this.services, inspectedEditor());
  }

  send: TabHost['send'] = message => {
    this.connection.sendNotification(TAB, message).catch(this.onError);
  };

  private setLook(look: PageLook): void {
    const isOtherTab = look.tab !== this.look.tab;
    this.look = look;
    if (!isOtherTab) return this.notify('look');
    this.open.dispose();
    this.open = openTab(look.tab, this);
    if (this.view.visible) this.open.refresh(0);
  }

  private notify(trigger: Trigger): void {
    if (!this.view.visible) return;
    if (trigger === 'cursor') this.refreshShared();
    this.open.notify(trigger);
  }

  private refresh(): void {
    if (!this.view.visible) {
      this.isListening = false;
      this.shared.cancel();
      this.open.cancel();
      return;
    }
    if (this.isListening && this.services.features.takeRequest())
      this.connection.sendNotification(SELECT_TAB, 'features').catch(this.onError);
    this.refreshShared();
    this.open.refresh();
  }

  private refreshShared(): void {
    this.shared.schedule(CURSOR_MS, () => this.sendShared().catch(this.onError));
  }

  private async sendShared(): Promise<void> {
    const isNewest = this.sharedOrder.ask();
    const shared = await sharedState(this.services, inspectedEditor());
    if (isNewest()) await this.connection.sendNotification(SHOW, shared);
  }
}

function openTab<T extends TabId>(id: T, host: TabHost): OpenTab<T> {
  return new OpenTab(id, tabs[id], host);
}
