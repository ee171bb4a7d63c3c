// Completions in the editor: off until turned on; a line in the language status says what they do.
import {
  commands,
  languages,
  window,
  workspace,
  type Disposable,
  type LanguageStatusItem,
  type LogOutputChannel,
  type TextDocument,
} from 'vscode';
import { UserError } from '../../core/errors';
import type { CompletionOptions, CompletionView } from '../../protocol/completion';
import type { TextEdit } from '../../protocol/types';
import type { Engine } from '../engine/engineClient';
import type { Pages } from '../ui/pages';
import type { DocumentSync } from '../engine/documentSync';
import { onDidChangeAny } from '../setting';
import { completionSettings, type WantedForm } from './completionSettings';
import type { Calibrations } from './calibrations';
import { explainCompletion } from './explanation';
import {
  ACCEPTED,
  CompletionProvider,
  type CompletionEngine,
  type Shown,
} from './completionProvider';

const ANYWHERE = { pattern: '**' };

export class Completions implements CompletionEngine {
  private readonly events: LogOutputChannel;
  private readonly provider: CompletionProvider;
  private readonly status: LanguageStatusItem;
  private readonly listeners: Disposable[];
  private registration: Disposable | undefined;
  private readonly streams = new Map<number, (insert: string) => void>();
  private lastStream = 0;
  private lastView: CompletionView | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly texts: DocumentSync,
    private readonly pages: Pages,
    private readonly calibrations: Calibrations,
  ) {
    this.events = window.createOutputChannel('Tokenscope Completions', { log: true });
    this.provider = new CompletionProvider(
      this,
      what => this.events.info(what),
      view => {
        this.lastView = view;
        this.showStatus();
      },
    );
    this.status = languages.createLanguageStatusItem('tokenscope.completion', ANYWHERE);
    this.status.name = 'Tokenscope Completions';
    this.listeners = [
      this.events,
      this.status,
      onDidChangeAny(Object.values(completionSettings), () => this.applySettings()),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0 || document !== window.activeTextEditor?.document) return;
        this.provider.keyPressed();
      }),
      engine.onEvent('completing', ({ stream, insert }) => this.streams.get(stream)?.(insert)),
      engine.onDidChangeState(({ kind }) => {
        if (kind === 'starting') this.provider.forget();
        this.showStatus();
      }),
      calibrations.onDidChange(() => {
        this.provider.forget();
        this.showStatus();
      }),
      commands.registerCommand(ACCEPTED, (insert: unknown) =>
        this.events.info(`accepted: ${JSON.stringify(insert)}`),
      ),
    ];
    this.applySettings();
  }

  get isOn(): boolean {
    return this.registration !== undefined;
  }

  async toggle(): Promise<void> {
    await completionSettings.enabled.update(!this.isOn);
    const words = this.isOn ? 'Completions are on' : 'Completions are off';
    window.setStatusBarMessage(`Tokenscope: ${words}`, 3000);
    // The first one is there without another key.
    if (this.isOn) await commands.executeCommand('editor.action.inlineSuggest.trigger');
  }

  showEvents(): void {
    this.events.show();
  }

  form(): WantedForm {
    const mode = completionSettings.fim.value;
    const form: WantedForm = { mode, rollback: 'auto', suffixFrom: 'auto' };
    if (mode !== 'auto') return form;
    const { state } = this.engine;
    const found =
      state.kind === 'ready' ? this.calibrations.calibrationOf(state.model.folder) : undefined;
    return { ...form, ...found?.chosen };
  }

  complete(
    document: TextDocument,
    edit: TextEdit,
    options: CompletionOptions,
    signal: AbortSignal,
    onText: (insert: string) => void,
  ): Promise<CompletionView | { refused: string }> {
    const stream = ++this.lastStream;
    this.streams.set(stream, onText);
    return this.engine
      .call(({ remote, ...running }) => {
        const at = this.texts.ensureSent({ remote, ...running }, document);
        return remote.complete({ ...at, edit, options, stream }, signal);
      })
      .finally(() => this.streams.delete(stream));
  }

  /** A page with what the model did; throws `UserError` where there was nothing. */
  async explainLast(): Promise<void> {
    const { last } = this.provider;
    if (!last) {
      throw new UserError(
        this.isOn
          ? 'No completion has been shown yet. Type some code, or run "Trigger Inline Suggestion".'
          : 'Completions are off. "Tokenscope: Toggle Completions" turns them on.',
      );
    }
    const found = await this.explain(last);
    await this.pages.show('last completion.txt', explainCompletion(last, found));
  }

  dispose(): void {
    this.registration?.dispose();
    for (const listener of this.listeners) listener.dispose();
  }

  private explain({ text, at, options }: Shown) {
    return this.engine.call(({ remote }) => remote.explainCompletion({ text, at, options }));
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
    const name = engine.state.kind === 'ready' ? engine.state.model.name : '';
    status.text = `Completions: ${name || 'on'}`;
    if (!lastView) status.detail = 'nothing asked yet';
    else {
      const sees =
        lastView.mode === 'none'
          ? 'the text behind the cursor is not seen'
          : 'both sides of the cursor are seen';
      status.detail = `${lastView.ms.toFixed(0)} ms, ${lastView.modelTokens} tokens, ${sees}`;
    }
  }
}
