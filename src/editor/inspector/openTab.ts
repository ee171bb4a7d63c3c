// The tab that is open: asks for its state when something changes it, and sends it to the page. Knows no vscode, so
// that tests can run it.
import type { TabId, TabMessage, TabStates } from '../../protocol/page';
import { AnswerOrder } from '../ui/answerOrder';
import { Debouncer } from '../ui/debouncer';
import type { InspectorTab, TabContext, Trigger } from './tabs/tab';

export interface TabHost {
  /** Undefined where there is nothing to show: no text, no overlay, no engine. */
  context(): TabContext | undefined;
  /** What a state is of that is asked for now. */
  source(): string;
  send(message: TabMessage): void;
  onError(error: unknown): void;
}

export class OpenTab<T extends TabId> {
  private readonly debouncer = new Debouncer();
  private readonly order = new AnswerOrder();
  /** Of the request that is due or runs. */
  private asking = new AbortController();
  private last: TabStates[T] | null = null;

  constructor(
    private readonly id: T,
    private readonly tab: InspectorTab<TabStates[T]>,
    private readonly host: TabHost,
  ) {}

  /** Refreshes the state, if the event changes it. */
  notify(trigger: Trigger): void {
    const condition = this.tab.refreshOn[trigger];
    if (!condition) return;
    const editor = this.host.context()?.editor;
    if (condition !== true && this.last && editor && !condition(this.last, editor)) return;
    this.refresh();
  }

  refresh(delayMs = this.tab.delayMs): void {
    if (this.tab.waitsForRest) this.cancel();
    const { signal } = this.asking;
    this.debouncer.schedule(delayMs, () => this.send(signal).catch(this.host.onError));
  }

  /** Drops the request that is due or runs. */
  cancel(): void {
    this.debouncer.cancel();
    this.asking.abort();
    this.asking = new AbortController();
  }

  dispose(): void {
    this.debouncer.dispose();
    this.asking.abort();
  }

  private async send(signal: AbortSignal, isComplete = false): Promise<void> {
    const isNewest = this.order.ask();
    const context = this.host.context();
    const source = this.host.source();
    const state = context ? await this.tab.state(context, signal) : null;
    if (signal.aborted || !isNewest()) return;
    this.last = state;
    this.host.send({ tab: this.id, source, state } as TabMessage);
    if (isComplete || !context || !state) return;
    const isMore = await this.tab.complete?.(state, context, signal);
    if (isMore && !signal.aborted) await this.send(signal, true);
  }
}
