// Completions as ghost text: which places are asked about, with which options, and the result of each.
import {
  EventEmitter,
  InlineCompletionItem,
  InlineCompletionTriggerKind,
  Range,
  Selection,
  SnippetString,
  window,
  type CancellationToken,
  type InlineCompletionContext,
  type InlineCompletionItemProvider,
  type LogOutputChannel,
  type Position,
  type TextDocument,
} from 'vscode';
import { RequestDelay } from '../../core/completion/requestDelay';
import {
  closersOf,
  fitMiddle,
  isNoise,
  type FittedMiddle,
  type Middle,
} from '../../core/completion/middle';
import { Suggestions, type CursorPlace } from '../../core/completion/suggestions';
import { Cancelled } from '../../core/errors';
import type { CompletionItem, CompletionView } from '../../protocol/completion';
import { isInspectable } from '../ui/editorRanges';
import type { CompletionClient, CompletionSite } from './completionClient';
import { completionSettings } from './completionSettings';
import { isDocument } from './isDocument';
import type { Shown } from './shown';
import { Suggester, type Ask, type SuggestionRequest } from './suggester';

export { CompletionClient } from './completionClient';

/** A command that no menu shows: VS Code runs it when a completion is accepted, with how far the cursor goes back. */
export const ACCEPTED = 'tokenscope.completion.accepted';

/** Completions that a request by the user finds, to walk through. */
const CANDIDATES = 3;
/** The longest delay after a keystroke; it is shorter where the user types slowly or completions are fast. */
const MAX_PAUSE_MS = 250;
/** UTF-16 units of the text after the cursor that a suggestion depends on. */
const SUFFIX_UNITS = 1000;

/** Answers that are kept besides the newest. */
const ANSWERS = 8;

/** `text`: of the whole document, in the version. */
interface Site extends CompletionSite {
  readonly position: Position;
  readonly text: string;
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
    const why =
      whyNot(document, context, isExplicit) ?? (isExplicit ? undefined : this.client.failure);
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
      utf16End: chosen ? document.offsetAt(chosen.range.end) : offset,
      text: chosen?.text ?? '',
    };
    const { version } = document;
    const site: Site = { document, version, position, text: document.getText(), edit };
    const place = placeOf(site);
    const candidates = isExplicit ? CANDIDATES : 1;
    const request: SuggestionRequest = {
      place,
      ask: this.askAt(site, place, candidates, view => this.answered.fire(view)),
      isExplicit,
      maxPauseMs: MAX_PAUSE_MS,
    };
    try {
      const { middles, note } = await this.suggester.suggest(request, controller.signal);
      if (token.isCancellationRequested) {
        this.log.info(`${where} nothing: typing continued`);
        return [];
      }
      const fits = middles
        .filter(({ isNoise }) => isExplicit || !isNoise)
        .flatMap(middle => {
          const fitted = fitMiddle(middle, place.closers);
          return fitted ? [{ middle, fitted }] : [];
        });
      const [first] = fits;
      const tooLittle = first === undefined && middles.length > 0 ? ' (too little)' : '';
      const what = first ? JSON.stringify(first.fitted.insert) : `nothing${tooLittle}`;
      this.log.info(`${where} ${what}: ${note}`);
      if (first) {
        this.shown = this.answerWith(place, first.middle) ?? this.shown;
        this.prepare(site, first.fitted);
      }
      const start = chosen?.range.start ?? position;
      return fits.map(({ fitted }) => {
        const end = document.positionAt(edit.utf16End + fitted.replaces);
        return itemOf(edit.text, fitted, new Range(start, end));
      });
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
    const options = this.client.optionsFor(site.document, candidates);
    return async (signal, onText) => {
      const view = await this.client.complete(site, options, signal, onText);
      // It was on its way when it was stopped, and may be of another model, or by other settings.
      if (signal.aborted) throw new Cancelled();
      if ('refused' in view) return { middles: [], note: view.refused, ms: 0 };
      const middles = middlesOf(view.items, place.closers);
      onAnswer(view);
      if (middles.length > 0) {
        const { model } = this.client;
        const answer = { place, shown: shownOf(site, place, { model, options, view }) };
        this.answers = [...this.answers.slice(-ANSWERS), answer];
      }
      return { middles, note: noteOf(view), ms: view.ms };
    };
  }

  /** The answer that a suggestion, or its rest, is from. */
  private answerWith({ scene, before }: CursorPlace, { text }: Middle): Shown | undefined {
    return this.answers.findLast(
      ({ place, shown }) =>
        place.scene === scene &&
        middlesOf(shown.view.items, place.closers).some(
          middle => place.before + middle.text === before + text,
        ),
    )?.shown;
  }

  /** Asks for the completion that follows if this one is accepted. Its answer is not on the screen, so it is not an event. */
  private prepare(site: Site, { insert, replaces, after }: FittedMiddle): void {
    // An edit has the cursor at its end.
    if (after > 0) return;
    const { utf16Start, utf16End, text } = site.edit;
    const edit = { utf16Start, utf16End: utf16End + replaces, text: text + insert };
    const next = { ...site, edit };
    const place = placeOf(next);
    this.suggester.prepare(
      place,
      this.askAt(next, place, 1, () => {}),
    );
  }
}

/** Each once, without those that insert nothing visible. */
function middlesOf(items: readonly CompletionItem[], closers: string): Middle[] {
  const middles = new Map<string, Middle>();
  for (const { insert, replaces, closes } of items.filter(isVisible)) {
    const written = insert.slice(0, insert.length - closes.length);
    const kept = closers.slice(replaces);
    const text = insert + kept;
    const after = closes.length + kept.length;
    middles.set(text, { text, after, isNoise: isNoise(written) });
  }
  return [...middles.values()];
}

function isVisible({ insert, closes }: CompletionItem): boolean {
  return insert.slice(0, insert.length - closes.length).trim() !== '';
}

function placeOf({ document, text, edit }: Site): CursorPlace {
  const after = text.slice(edit.utf16End, edit.utf16End + SUFFIX_UNITS);
  const closers = closersOf(after);
  return {
    scene: `${document.uri.toString()}\n${after.slice(closers.length)}`,
    before: text.slice(0, edit.utf16Start) + edit.text,
    closers,
  };
}

function shownOf(
  { document, position, text, edit }: Site,
  { before }: CursorPlace,
  { view, ...made }: Pick<Shown, 'model' | 'options' | 'view'>,
): Shown {
  return {
    name: nameOf(document),
    line: position.line + 1,
    column: position.character + 1,
    text: before + text.slice(edit.utf16End),
    at: before.length,
    ...made,
    view: { ...view, items: view.items.filter(isVisible) },
  };
}

/** Moves the cursor back from the end of what was inserted. */
export function moveBack(units: number): void {
  const editor = window.activeTextEditor;
  if (!editor || units === 0) return;
  const { document, selection } = editor;
  const at = document.positionAt(document.offsetAt(selection.active) - units);
  editor.selection = new Selection(at, at);
}

/** Why nothing is asked: empty if that is not worth a line in the log, undefined if something is. */
function whyNot(
  document: TextDocument,
  { selectedCompletionInfo }: InlineCompletionContext,
  isExplicit: boolean,
): string | undefined {
  if (!isInspectable(document) || !isDocument(document)) return '';
  if (isExplicit) return undefined;
  if (!completionSettings.automatic.value) return '';
  if (completionSettings.exceptLanguages.value.includes(document.languageId)) {
    return `tokenscope.completion.exceptLanguages has ${document.languageId}`;
  }
  if (selectedCompletionInfo && !completionSettings.besideSuggestions.value) {
    return 'IntelliSense is open';
  }
  const editor = window.activeTextEditor;
  if (editor?.document !== document) return undefined;
  if (editor.selections.length > 1) return 'several cursors';
  // What is typed next takes its place, or goes around it.
  if (!editor.selection.isEmpty) return 'text is selected';
  return undefined;
}

/** `before`: what IntelliSense has selected, which the item begins with. */
function itemOf(
  before: string,
  { insert, after }: FittedMiddle,
  range: Range,
): InlineCompletionItem {
  const text = before + insert;
  // VS Code indents the further lines of a snippet once more: there the command moves the cursor.
  const isSnippet = after > 0 && !text.includes('\n');
  const moved = isSnippet ? 0 : after;
  const command = { command: ACCEPTED, title: 'Completion Accepted', arguments: [text, moved] };
  if (!isSnippet) return new InlineCompletionItem(text, range, command);
  // The cursor goes before what closes the rest.
  const snippet = new SnippetString().appendText(text.slice(0, -after)).appendTabstop(0);
  return new InlineCompletionItem(snippet.appendText(text.slice(-after)), range, command);
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
