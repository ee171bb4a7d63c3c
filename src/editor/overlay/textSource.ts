// The texts that an editor shows: its document, or the texts inside a file of another syntax, such as JSON.
import type { TextDocument, TextEditor } from 'vscode';
import type { Lens } from '../../core/lenses/lens';
import type { Range16 } from '../../protocol/types';
import type { SavedScores } from '../traces/savedView';
import { visibleRanges } from '../ui/editorRanges';

/** A text that can be sent to the engine: a document of VS Code, or a part of one. */
export type Text = Pick<TextDocument, 'uri' | 'version' | 'getText'>;

export interface ShownText {
  readonly text: Text;
  /** Ranges of the text that are on the screen. */
  readonly visible: readonly Range16[];
  /** Where there are more tokens than are painted at once, those around this offset are. */
  readonly cursorOffset?: number;
  /** The ranges of the document that show a range of the text: none, one, or several. */
  placesOf(range: Range16): Range16[];
  /** Tokens and scores from the trace's file, shown instead of the model's. */
  readonly saved?: SavedScores | undefined;
  /** Of a trace: where the answer begins, after the question. */
  readonly answerStart?: number | undefined;
}

/** A place in a text that a document shows. */
export interface TextAt extends Omit<ShownText, 'visible' | 'cursorOffset'> {
  readonly utf16: number;
}

/** Documents that hold other texts. Undefined: the document itself is the text. */
export interface TextSource {
  shownIn(editor: TextEditor, lens: Lens): ShownText[] | undefined;
  /** Null if none of the document's texts is at that offset. */
  textAt(document: TextDocument, utf16: number, lens: Lens): TextAt | null | undefined;
  /** The file that holds a text of this source, and where it holds a range. Undefined: it is of none, or gone. */
  inFile(place: PlaceInText): PlaceInText | undefined;
}

/** A range of a text by its address. */
export type PlaceInText = Range16 & { readonly uri: string };

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

  /** The place in a document of VS Code. */
  inFile(place: PlaceInText): PlaceInText {
    for (const source of this.sources) {
      const found = source.inFile(place);
      if (found) return found;
    }
    return place;
  }
}

export function wholeDocument(text: Text, visible: readonly Range16[], around?: number): ShownText {
  const placesOf = (range: Range16) => [range];
  return { text, visible, placesOf, ...(around !== undefined && { cursorOffset: around }) };
}
