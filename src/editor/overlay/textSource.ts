// The texts that an editor shows: its document, or those that a file holds inside a syntax of its own.
import type { TextDocument, TextEditor } from 'vscode';
import type { Lens } from '../../core/lenses/lens';
import type { Range16 } from '../../protocol/types';
import type { SavedScores } from '../traces/savedView';
import { visibleRanges } from '../ui/editorRanges';

/** What the engine can be told, whether or not it is a document that VS Code knows. */
export type Text = Pick<TextDocument, 'uri' | 'version' | 'getText'>;

export interface ShownText {
  readonly text: Text;
  /** Stretches of the text that are on the screen. */
  readonly visible: readonly Range16[];
  /** Of more tokens than are painted at once, those around it are. */
  readonly cursorOffset?: number;
  /** Where a stretch of the text stands in the document: nowhere, or in pieces. */
  placesOf(stretch: Range16): Range16[];
  /** What its file says of its tokens: shown instead of what the model says. */
  readonly saved?: SavedScores | undefined;
  /** Of a trace: where what a model wrote begins, behind the question. */
  readonly answerStart?: number;
}

/** A place in a text that a document shows. */
export interface TextAt extends Omit<ShownText, 'visible' | 'cursorOffset'> {
  readonly utf16: number;
}

/** Those whose documents hold other texts than themselves; undefined: the document is the text. */
export interface TextSource {
  shownIn(editor: TextEditor, lens: Lens): ShownText[] | undefined;
  /** Null where the document shows no text of its there. */
  textAt(document: TextDocument, utf16: number, lens: Lens): TextAt | null | undefined;
}

export class ShownTexts implements TextSource {
  constructor(private readonly sources: readonly TextSource[]) {}

  shownIn(editor: TextEditor, lens: Lens): ShownText[] {
    for (const source of this.sources) {
      const shown = source.shownIn(editor, lens);
      if (shown) return shown;
    }
    const { document } = editor;
    const around = document.offsetAt(editor.selection.active);
    return [wholeDocument(document, visibleRanges(editor), around)];
  }

  textAt(document: TextDocument, utf16: number, lens: Lens): TextAt | null {
    for (const source of this.sources) {
      const found = source.textAt(document, utf16, lens);
      if (found !== undefined) return found;
    }
    return { ...wholeDocument(document, []), utf16 };
  }
}

export function wholeDocument(text: Text, visible: readonly Range16[], around?: number): ShownText {
  const placesOf = (stretch: Range16) => [stretch];
  return { text, visible, placesOf, ...(around !== undefined && { cursorOffset: around }) };
}
