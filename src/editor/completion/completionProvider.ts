// Completions as ghost text: which places are asked about, with which options, and the result of each.
import {
  EventEmitter,
  InlineCompletionItem,
  InlineCompletionTriggerKind,
  Range,
  window,
  type CancellationToken,
  type InlineCompletionContext,
  type InlineCompletionItemProvider,
  type LogOutputChannel,
  type Position,
  type TextDocument,
} from 'vscode';
import { RequestDelay } from '../../core/completion/requestDelay';
import { Suggestions } from '../../core/completion/suggestions';
import { Cancelled } from '../../core/errors';
import type { CompletionOptions, CompletionView } from '../../protocol/completion';
import type { TextEdit } from '../../protocol/types';
import { isInspectable } from '../ui/editorRanges';
import type { CompletionClient } from './completionClient';
import { completionSettings } from './completionSettings';
import { Suggester, type Ask, type CursorPlace, type SuggestionRequest } from './suggester';

/** A command that no menu shows: VS Code runs it when a completion is accepted. */
export const ACCEPTED = 'tokenscope.completion.accepted';

/** UTF-16 units of the text after the cursor that a suggestion depends on. */
const SUFFIX_UNITS = 1000;

/** Answers that are kept besides the newest. */
const ANSWERS = 8;

/** A request that was answered with something, for its explanation. */
export interface Shown {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  /** The text at that time, and the cursor's offset in it. */
  readonly text: string;
  readonly at: number;
  readonly options: CompletionOptions;
  readonly view: CompletionView;
}

/** Where and after which edit a completion is asked for; `text`: of the whole document. */
interface Site {
  readonly document: TextDocument;
  readonly position: Position;
  readonly text: string;
  readonly edit: TextEdit;
}

export class CompletionProvider implements InlineCompletionItemProvider {
  private readonly answered = new EventEmitter<CompletionView>();
  /** The engine completed a place that the user is at. */
  readonly onDidAnswer = this.answered.event;
  private readonly suggestions = new Suggestions();
  private readonly pause = new RequestDelay();
  private readonly suggester = new Suggester(this.suggestions, this.pause);
  private shown: Shown | undefined;
  /** The most recent answers, with the prepared ones: they may be shown from memory. */
  private answers: { place: CursorPlace; shown: Shown }[] = [];

  constructor(
    private readonly client: CompletionClient,
    private readonly log: Pick<LogOutputChannel, 'info'>,
  ) {}

  /** The last request that was answered with something. */
  get last(): Shown | undefined {
    return this.shown;
  }

  keyPressed(): void {
    this.pause.keyAt(performance.now());
  }

  /** For another model, or other settings. */
  forget(): void {
    this.suggester.stop();
    this.suggestions.clear();
  }

  dispose(): void {
    this.suggester.stop();
    this.answered.dispose();
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
      if (why) this.log.info(`${where} nothing: ${why}`);
      return [];
    }
    const { selectedCompletionInfo: chosen } = context;
    const controller = new AbortController();
    const listener = token.onCancellationRequested(() => controller.abort());
    const offset = document.offsetAt(position);
    const edit = {
      utf16Start: chosen ? document.offsetAt(chosen.range.start) : offset,
      utf16End: offset,
      text: chosen?.text ?? '',
    };
    const site: Site = { document, position, text: document.getText(), edit };
    const place = placeOf(site);
    const candidates = isExplicit ? completionSettings.candidates.value : 1;
    const request: SuggestionRequest = {
      place,
      ask: this.askAt(site, place, candidates, view => this.answered.fire(view)),
      isExplicit,
      maxPauseMs: completionSettings.maxPause.value,
    };
    try {
      const { inserts, note } = await this.suggester.suggest(request, controller.signal);
      if (token.isCancellationRequested) {
        this.log.info(`${where} nothing: the typing went on`);
        return [];
      }
      const [first] = inserts;
      this.log.info(`${where} ${first === undefined ? 'nothing' : JSON.stringify(first)}: ${note}`);
      if (first) this.shown = this.answerWith(place, first) ?? this.shown;
      if (first && completionSettings.prepareNext.value) this.prepare(site, first);
      const range = chosen?.range ?? new Range(position, position);
      return inserts.map(insert => itemOf(edit.text + insert, range));
    } catch (error) {
      // Only logged: the user did not ask for anything.
      if (!(error instanceof Cancelled)) {
        this.log.info(`${where} nothing: ${(error as Error).message}`);
      }
      return [];
    } finally {
      listener.dispose();
    }
  }

  /** The request for a place, with the options that hold now. */
  private askAt(
    site: Site,
    place: CursorPlace,
    candidates: number,
    onAnswer: (view: CompletionView) => void,
  ): Ask {
    const { document, edit } = site;
    const options = this.client.optionsFor(document, candidates);
    return async (signal, onText) => {
      const view = await this.client.complete(document, edit, options, signal, onText);
      if ('refused' in view) return { inserts: [], note: view.refused, ms: 0 };
      const all = new Set(view.items.map(({ insert }) => insert));
      const inserts = [...all].filter(insert => insert.trim() !== '');
      onAnswer(view);
      if (inserts.length > 0) {
        const answer = { place, shown: shownOf(site, place, options, view) };
        this.answers = [...this.answers.slice(-ANSWERS), answer];
      }
      return { inserts, note: noteOf(view), ms: view.ms };
    };
  }

  /** The answer that a suggestion, or its rest, is from. */
  private answerWith({ scene, before }: CursorPlace, insert: string): Shown | undefined {
    return this.answers.findLast(
      ({ place, shown }) =>
        place.scene === scene &&
        shown.view.items.some(item => place.before + item.insert === before + insert),
    )?.shown;
  }

  /** Asks for the completion that follows if this one is accepted. Its answer is not on the screen, so it is not an event. */
  private prepare(site: Site, insert: string): void {
    const next = { ...site, edit: { ...site.edit, text: site.edit.text + insert } };
    const place = placeOf(next);
    this.suggester.prepare(
      place,
      this.askAt(next, place, 1, () => {}),
    );
  }
}

function placeOf({ document, text, edit }: Site): CursorPlace {
  const suffix = text.slice(edit.utf16End, edit.utf16End + SUFFIX_UNITS);
  return {
    scene: `${document.uri.toString()}\n${suffix}`,
    before: text.slice(0, edit.utf16Start) + edit.text,
  };
}

function shownOf(
  { document, position, text, edit }: Site,
  { before }: CursorPlace,
  options: CompletionOptions,
  view: CompletionView,
): Shown {
  return {
    name: nameOf(document),
    line: position.line + 1,
    column: position.character + 1,
    text: before + text.slice(edit.utf16End),
    at: before.length,
    options,
    view,
  };
}

/** Why nothing is asked: empty if that is not worth a line in the log, undefined if something is. */
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
  const healing = inexact ? `, not exact (${inexact})` : '';
  return `${ms.toFixed(0)} ms, ${modelTokens} tokens through the model, ${rememberedTokens} of the prompt's ${promptTokens} remembered${stop}${healing}`;
}

function nameOf({ uri }: TextDocument): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}
