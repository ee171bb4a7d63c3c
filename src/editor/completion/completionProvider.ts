// Completions as ghost text: which places are asked about, with what, and what became of each.
import {
  InlineCompletionItem,
  InlineCompletionTriggerKind,
  Range,
  window,
  type CancellationToken,
  type InlineCompletionContext,
  type InlineCompletionItemProvider,
  type Position,
  type TextDocument,
} from 'vscode';
import { RequestDelay } from '../../core/completion/requestDelay';
import { Suggestions } from '../../core/completion/suggestions';
import { Cancelled } from '../../core/errors';
import type { CompletionOptions, CompletionView } from '../../protocol/completion';
import type { TextEdit } from '../../protocol/types';
import { isInspectable } from '../ui/editorRanges';
import { completionOptions, completionSettings, type WantedForm } from './completionSettings';
import { Suggester, type Ask, type CursorPlace, type SuggestionRequest } from './suggester';

/** Of a command that no menu shows: VS Code runs it when a completion is accepted. */
export const ACCEPTED = 'tokenscope.completion.accepted';

/** So much of the text behind the cursor tells one place from another. */
const SCENE_UNITS = 1000;

const ANSWERS = 8;

/** A request that was answered with something, for its explanation. */
export interface Shown {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  /** The text as it was, and where in it the cursor was. */
  readonly text: string;
  readonly at: number;
  readonly options: CompletionOptions;
  readonly view: CompletionView;
}

export interface CompletionEngine {
  complete(
    document: TextDocument,
    edit: TextEdit,
    options: CompletionOptions,
    signal: AbortSignal,
    onText: (insert: string) => void,
  ): Promise<CompletionView | { refused: string }>;
  /** For this model, as it was calibrated, if it was. */
  form(): WantedForm;
}

export class CompletionProvider implements InlineCompletionItemProvider {
  private readonly suggestions = new Suggestions();
  private readonly pause = new RequestDelay();
  private readonly suggester = new Suggester(this.suggestions, this.pause);
  private shown: Shown | undefined;
  /** The most recent answers, those that were asked for ahead, too: they may be shown from memory. */
  private answers: { place: CursorPlace; shown: Shown }[] = [];

  constructor(
    private readonly engine: CompletionEngine,
    private readonly log: (what: string) => void,
    private readonly onAnswer: (view: CompletionView) => void,
  ) {}

  /** The last request that was answered with something. */
  get last(): Shown | undefined {
    return this.shown;
  }

  keyPressed(): void {
    this.pause.keyAt(performance.now());
  }

  /** Another model, or other settings. */
  forget(): void {
    this.suggester.stop();
    this.suggestions.clear();
  }

  async provideInlineCompletionItems(
    document: TextDocument,
    position: Position,
    context: InlineCompletionContext,
    token: CancellationToken,
  ): Promise<InlineCompletionItem[]> {
    const isExplicit = context.triggerKind === InlineCompletionTriggerKind.Invoke;
    const where = `${nameOf(document)}:${position.line + 1}:${position.character + 1}`;
    const why = whyNot(document, context, isExplicit);
    if (why !== undefined) {
      if (why) this.log(`${where} nothing: ${why}`);
      return [];
    }
    const { selectedCompletionInfo: chosen } = context;
    const controller = new AbortController();
    const listener = token.onCancellationRequested(() => controller.abort());
    const text = document.getText();
    const at = document.offsetAt(position);
    const edit = {
      utf16Start: chosen ? document.offsetAt(chosen.range.start) : at,
      utf16End: at,
      text: chosen?.text ?? '',
    };
    const wish = this.wishOf(document, position, text, edit, isExplicit);
    try {
      const { inserts, note } = await this.suggester.suggest(wish, controller.signal);
      if (token.isCancellationRequested) {
        this.log(`${where} nothing: the typing went on`);
        return [];
      }
      this.log(`${where} ${inserts.length > 0 ? JSON.stringify(inserts[0]) : 'nothing'}: ${note}`);
      const [first] = inserts;
      if (first) this.shown = this.answerWith(wish.place, first) ?? this.shown;
      if (first && completionSettings.prepareNext.value) {
        this.prepare(document, position, text, edit, first);
      }
      const range = chosen?.range ?? new Range(position, position);
      return inserts.map(insert => itemOf(edit.text + insert, range));
    } catch (error) {
      // Never aloud: nobody asked.
      if (!(error instanceof Cancelled)) this.log(`${where} nothing: ${(error as Error).message}`);
      return [];
    } finally {
      listener.dispose();
    }
  }

  private wishOf(
    document: TextDocument,
    { line, character }: Position,
    text: string,
    edit: TextEdit,
    isExplicit: boolean,
    isAhead = false,
  ): SuggestionRequest {
    const candidates = isExplicit ? completionSettings.candidates.value : 1;
    const options: CompletionOptions = {
      ...completionOptions(document.languageId),
      ...this.engine.form(),
      candidates,
    };
    const place = placeOf(document, text, edit);
    const ask: Ask = async (signal, onText) => {
      const view = await this.engine.complete(document, edit, options, signal, onText);
      if ('refused' in view) return { inserts: [], note: view.refused, ms: 0 };
      const inserts = [...new Set(view.items.map(({ insert }) => insert))].filter(
        insert => insert.trim() !== '',
      );
      // What is asked for ahead is not what is on the screen.
      if (!isAhead) this.onAnswer(view);
      if (inserts.length > 0) {
        const whole = place.before + text.slice(edit.utf16End);
        const at = place.before.length;
        const name = nameOf(document);
        const shown = {
          name,
          line: line + 1,
          column: character + 1,
          text: whole,
          at,
          options,
          view,
        };
        this.answers = [...this.answers.slice(-ANSWERS), { place, shown }];
      }
      return { inserts, note: noteOf(view), ms: view.ms };
    };
    return { place, ask, isExplicit, maxPauseMs: completionSettings.maxPause.value };
  }

  /** The answer that a suggestion is of, or what is left of it. */
  private answerWith({ scene, before }: CursorPlace, insert: string): Shown | undefined {
    return this.answers.findLast(
      ({ place, shown }) =>
        place.scene === scene &&
        shown.view.items.some(item => place.before + item.insert === before + insert),
    )?.shown;
  }

  /** What may come once this is accepted. */
  private prepare(
    document: TextDocument,
    position: Position,
    text: string,
    edit: TextEdit,
    insert: string,
  ): void {
    const next = { ...edit, text: edit.text + insert };
    const { place, ask } = this.wishOf(document, position, text, next, false, true);
    this.suggester.prepare(place, ask);
  }
}

function placeOf(document: TextDocument, text: string, edit: TextEdit): CursorPlace {
  const behind = text.slice(edit.utf16End, edit.utf16End + SCENE_UNITS);
  return {
    scene: `${document.uri.toString()}\n${behind}`,
    before: text.slice(0, edit.utf16Start) + edit.text,
  };
}

/** Why nothing is asked; empty where that is not worth a line in the log; undefined: it is asked. */
function whyNot(
  document: TextDocument,
  { selectedCompletionInfo }: InlineCompletionContext,
  isExplicit: boolean,
): string | undefined {
  if (!isInspectable(document)) return '';
  if (isExplicit) return undefined;
  if (!completionSettings.automatic.value) return '';
  if (completionSettings.exceptLanguages.value.includes(document.languageId)) {
    return `tokenscope.completion.exceptLanguages has ${document.languageId}`;
  }
  if (selectedCompletionInfo && !completionSettings.besideSuggestions.value) {
    return 'IntelliSense is open';
  }
  const editor = window.activeTextEditor;
  if (editor?.document === document && editor.selections.length > 1) return 'several cursors';
  return undefined;
}

function itemOf(text: string, range: Range): InlineCompletionItem {
  const command = { command: ACCEPTED, title: 'Completion Accepted', arguments: [text] };
  return new InlineCompletionItem(text, range, command);
}

function noteOf({
  ms,
  modelTokens,
  promptTokens,
  rememberedTokens,
  items,
  inexact,
}: CompletionView): string {
  const [item] = items;
  const stop = item ? `, stopped by ${item.stopReason}` : '';
  const known = inexact ? `, not exact (${inexact})` : '';
  return `${ms.toFixed(0)} ms, ${modelTokens} tokens through the model, ${rememberedTokens} of the prompt's ${promptTokens} remembered${stop}${known}`;
}

function nameOf({ uri }: TextDocument): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}
