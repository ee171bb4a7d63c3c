// Completions in the editor: off until turned on; a line in the language status says what they do.
import {
  commands,
  languages,
  window,
  workspace,
  type Disposable,
  type LanguageStatusItem,
  type LogOutputChannel,
} from 'vscode';
import type { CompletionView } from '../../protocol/completion';
import type { Engine } from '../engine/engineClient';
import type { Pages } from '../ui/pages';
import type { DocumentSync } from '../engine/documentSync';
import { onDidChangeAny } from '../setting';
import { showBriefly } from '../ui/messages';
import { inform } from '../ui/notifications';
import { plainText } from '../ui/plainText';
import { completionSettings } from './completionSettings';
import type { Calibrations } from './calibrations';
import { CompletionClient } from './completionClient';
import { ACCEPTED, CompletionProvider, moveBack } from './completionProvider';

const ANYWHERE = { pattern: '**' };

export class Completions {
  private readonly events: LogOutputChannel;
  private readonly client: CompletionClient;
  private readonly provider: CompletionProvider;
  private readonly status: LanguageStatusItem;
  private readonly listeners: Disposable[];
  private registration: Disposable | undefined;
  private lastView: CompletionView | undefined;

  constructor(
    private readonly engine: Engine,
    texts: DocumentSync,
    private readonly pages: Pages,
    calibrations: Calibrations,
  ) {
    this.events = window.createOutputChannel('Tokenscope Completions', { log: true });
    this.client = new CompletionClient(engine, texts, calibrations);
    this.provider = new CompletionProvider(this.client, this.events);
    this.status = languages.createLanguageStatusItem('tokenscope.completion', ANYWHERE);
    this.status.name = 'Tokenscope Completions';
    this.listeners = [
      this.events,
      this.client,
      this.provider,
      this.status,
      this.provider.onDidAnswer(view => {
        this.lastView = view;
        this.showStatus();
      }),
      onDidChangeAny(Object.values(completionSettings), () => this.applySettings()),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0 || document !== window.activeTextEditor?.document) return;
        this.provider.keyPressed();
      }),
      engine.onDidChangeState(({ kind }) => {
        if (kind === 'starting') this.provider.forget();
        this.showStatus();
      }),
      calibrations.onDidChange(() => {
        this.provider.forget();
        this.showStatus();
      }),
      commands.registerCommand(ACCEPTED, (insert: string, back: number) => {
        moveBack(back);
        this.events.info(`accepted: ${JSON.stringify(insert)}`);
      }),
    ];
    this.applySettings();
  }

  get isOn(): boolean {
    return this.registration !== undefined;
  }

  async toggle(): Promise<void> {
    await completionSettings.enabled.update(!this.isOn);
    const words = this.isOn ? 'Completions are on' : 'Completions are off';
    showBriefly(words);
    // The first completion appears without another key.
    if (this.isOn) await commands.executeCommand('editor.action.inlineSuggest.trigger');
  }

  async turnOn(): Promise<void> {
    if (this.isOn) showBriefly('Completions are on');
    else await this.toggle();
  }

  showEvents(): void {
    this.events.show();
  }

  /** Shows a page with what the model did, if there was a completion. */
  async explainLast(): Promise<void> {
    const { last } = this.provider;
    if (!last) {
      return inform(
        this.isOn
          ? 'No completion has been shown yet. Type some code, or run "Trigger Inline Suggestion".'
          : 'Completions are off. "Tokenscope: Turn Completions On" turns them on.',
      );
    }
    const views = await this.client.explain(last.text, last.at, last.options);
    const { explainCompletion } = await import('./explanation');
    await this.pages.show('last completion.txt', explainCompletion(last, views));
  }

  dispose(): void {
    this.registration?.dispose();
    for (const listener of this.listeners) listener.dispose();
  }

  private applySettings(): void {
    this.provider.forget();
    const isOn = completionSettings.enabled.value;
    if (isOn && !this.registration) {
      this.registration = languages.registerInlineCompletionItemProvider(ANYWHERE, this.provider);
    } else if (!isOn) {
      this.registration?.dispose();
      this.registration = undefined;
    }
    void commands.executeCommand('setContext', 'tokenscope.completes', isOn);
    this.showStatus();
  }

  private showStatus(): void {
    const { status, lastView, engine } = this;
    status.command = {
      command: 'tokenscope.toggleCompletions',
      title: this.isOn ? 'Turn off' : 'Turn on',
    };
    if (!this.isOn) {
      status.text = 'Completions: off';
      status.detail = 'by the model on this machine';
      return;
    }
    const name = engine.state.kind === 'ready' ? plainText(engine.state.model.name) : '';
    status.text = `Completions: ${name || 'on'}`;
    status.detail = lastView ? detailOf(lastView) : 'nothing asked yet';
  }
}

function detailOf({ mode, ms, modelTokens }: CompletionView): string {
  const sees =
    mode === 'none' ? 'the text after the cursor is not seen' : 'both sides of the cursor are seen';
  return `${ms.toFixed(0)} ms, ${modelTokens} tokens, ${sees}`;
}
