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
import type { ModelInfo } from '../../protocol/models';
import type { Engine } from '../engine/engineClient';
import type { Pages } from '../ui/pages';
import type { DocumentSync } from '../engine/documentSync';
import { onDidChangeAny } from '../setting';
import { showBriefly } from '../ui/messages';
import { inform } from '../ui/notifications';
import { plainText } from '../ui/plainText';
import { completionSettings } from './completionSettings';
import type { Calibrations } from './calibrations';
import type { CompletionClient } from './completionClient';
import type { CompletionProvider } from './completionProvider';

const ANYWHERE = { pattern: '**' };

/** What is made when a completion is asked for the first time. */
interface Provider {
  readonly client: CompletionClient;
  readonly provider: CompletionProvider;
}

export class Completions {
  private ownEvents: LogOutputChannel | undefined;
  private made: Provider | undefined;
  private readonly status: LanguageStatusItem;
  private readonly listeners: Disposable[];
  private registration: Disposable | undefined;
  private lastView: CompletionView | undefined;
  /** Identifies the model that was open last. */
  private model: string | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly texts: DocumentSync,
    private readonly pages: Pages,
    private readonly calibrations: Calibrations,
  ) {
    this.status = languages.createLanguageStatusItem('tokenscope.completion', ANYWHERE);
    this.status.name = 'Tokenscope Completions';
    this.listeners = [
      this.status,
      onDidChangeAny(Object.values(completionSettings), () => this.applySettings()),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0 || document !== window.activeTextEditor?.document) return;
        this.made?.provider.keyPressed();
      }),
      engine.onDidChangeState(state => {
        if (state.kind === 'ready') this.becomes(state.model);
        this.showStatus();
      }),
      calibrations.onDidChange(() => {
        this.made?.provider.forget();
        this.showStatus();
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
    const { client, provider } = await this.provider();
    const { last } = provider;
    if (!last) {
      return inform(
        this.isOn
          ? 'No completion has been shown yet. Type some code, or run "Trigger Inline Suggestion".'
          : 'Completions are off. Run "Tokenscope: Turn Completions On".',
      );
    }
    const views = await client.explain(last);
    const { explainCompletion } = await import('./explanation');
    await this.pages.show('last completion.txt', explainCompletion(last, views));
  }

  dispose(): void {
    this.registration?.dispose();
    this.ownEvents?.dispose();
    for (const listener of this.listeners) listener.dispose();
  }

  private get events(): LogOutputChannel {
    return (this.ownEvents ??= window.createOutputChannel('Tokenscope Completions', { log: true }));
  }

  private async provider(): Promise<Provider> {
    const lazy = await import('./completionProvider');
    if (this.made) return this.made;
    const { engine, texts, calibrations, events } = this;
    const client = new lazy.CompletionClient(engine, texts, calibrations);
    const provider = new lazy.CompletionProvider(client, events);
    this.listeners.push(
      client,
      provider,
      provider.onDidAnswer(view => {
        this.lastView = view;
        this.showStatus();
      }),
      commands.registerCommand(lazy.ACCEPTED, (insert: string, back: number) => {
        lazy.moveBack(back);
        events.info(`accepted: ${JSON.stringify(insert)}`);
      }),
    );
    return (this.made = { client, provider });
  }

  private applySettings(): void {
    this.made?.provider.forget();
    const isOn = completionSettings.enabled.value;
    if (isOn && !this.registration) {
      this.registration = languages.registerInlineCompletionItemProvider(ANYWHERE, {
        provideInlineCompletionItems: async (...place) =>
          (await this.provider()).provider.provideInlineCompletionItems(...place),
      });
    } else if (!isOn) {
      this.registration?.dispose();
      this.registration = undefined;
    }
    void commands.executeCommand('setContext', 'tokenscope.completes', isOn);
    this.showStatus();
  }

  /** Lets go of what another model said. A request may have opened this one: it goes on. */
  private becomes({ folder, name, contextTokens }: ModelInfo): void {
    const model = [folder, name, contextTokens].join('\n');
    const isAnother = this.model !== undefined && this.model !== model;
    this.model = model;
    if (!isAnother) return;
    this.made?.provider.forget();
    this.lastView = undefined;
  }

  private showStatus(): void {
    const { status, lastView, engine } = this;
    status.command = {
      command: 'tokenscope.toggleCompletions',
      title: this.isOn ? 'Turn off' : 'Turn on',
    };
    if (!this.isOn) {
      status.text = 'Completions: off';
      status.detail = 'from the open model';
      return;
    }
    const name = engine.state.kind === 'ready' ? plainText(engine.state.model.name) : '';
    status.text = `Completions: ${name || 'on'}`;
    status.detail = lastView ? detailOf(lastView) : 'no suggestion yet';
  }
}

function detailOf({ mode, ms, modelTokens }: CompletionView): string {
  const sees =
    mode === 'none'
      ? 'uses only the text before the cursor'
      : 'uses the text on both sides of the cursor';
  return `${ms.toFixed(0)} ms, ${modelTokens} tokens, ${sees}`;
}
