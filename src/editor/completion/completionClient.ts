// Requests for completions to the engine, with options from the settings and the calibration.
import type { TextDocument } from 'vscode';
import { Cancelled, UserError } from '../../core/errors';
import type { CompletionOptions, CompletionView } from '../../protocol/completion';
import type { Refusal, TextEdit } from '../../protocol/types';
import type { DocumentSync } from '../engine/documentSync';
import type { Engine } from '../engine/engineClient';
import type { Calibrations } from './calibrations';
import { completionOptions, completionSettings, type WantedForm } from './completionSettings';
import type { Shown } from './shown';

/** After which edit a completion is asked for, in which version of a document. */
export interface CompletionSite {
  readonly document: TextDocument;
  readonly version: number;
  readonly edit: TextEdit;
}

export class CompletionClient {
  private readonly streams = new Map<number, (insert: string) => void>();
  private lastStream = 0;
  private readonly listener;

  constructor(
    private readonly engine: Engine,
    private readonly texts: DocumentSync,
    private readonly calibrations: Calibrations,
  ) {
    this.listener = engine.onEvent('completing', ({ stream, insert }) =>
      this.streams.get(stream)?.(insert),
    );
  }

  /** Why the engine is not started again unless the user asks for it. */
  get failure(): string | undefined {
    const { state } = this.engine;
    if (state.kind !== 'failed') return undefined;
    return `${state.message} Run "Trigger Inline Suggestion" to try again.`;
  }

  optionsFor({ languageId }: TextDocument, candidates: number): CompletionOptions {
    return { ...completionOptions(languageId), ...this.form(), candidates };
  }

  /**
   * `onText`: receives the text that is certain so far. Throws `Cancelled` where the document is another one by the time
   * that a model is open: the edit would be in another place.
   */
  complete(
    { document, version, edit }: CompletionSite,
    options: CompletionOptions,
    signal: AbortSignal,
    onText: (insert: string) => void,
  ): Promise<CompletionView | Refusal> {
    const stream = ++this.lastStream;
    this.streams.set(stream, onText);
    return this.engine
      .call(async running => {
        if (document.version !== version) throw new Cancelled();
        const at = this.texts.ensureSent(running, document);
        return running.remote.complete({ ...at, edit, options, stream }, signal);
      })
      .finally(() => this.streams.delete(stream));
  }

  /** The one that is open. */
  get model(): Shown['model'] {
    const { state } = this.engine;
    return state.kind === 'ready' ? state.model : { folder: '', name: '' };
  }

  /** Repeats a completion, with each healing. Throws `UserError` where another model is open by now. */
  explain({ text, at, options, model }: Shown): Promise<CompletionView[]> {
    return this.engine.call(({ remote, model: { folder, name } }) => {
      if (folder !== model.folder || name !== model.name)
        throw new UserError(
          `The last completion is from ${model.name}, but ${name} is open now and has not completed anything yet.`,
        );
      return remote.explainCompletion({ text, at, options });
    });
  }

  dispose(): void {
    this.listener.dispose();
  }

  /** As calibrated for the model that is open, unless the setting says otherwise. */
  private form(): WantedForm {
    const mode = completionSettings.fim.value;
    const form: WantedForm = { mode, rollback: 'auto', suffixFrom: 'auto' };
    const { state } = this.engine;
    if (mode !== 'auto' || state.kind !== 'ready') return form;
    return { ...form, ...this.calibrations.calibrationOf(state.model.folder)?.chosen };
  }
}
