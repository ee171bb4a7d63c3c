// A document and an editor in it, as VS Code has them, for tests without a window: offsets and positions are those of
// the text, and an edit moves nothing but the version and the text.
import type { TextDocument, TextEditor, TextEditorDecorationType } from 'vscode';
import { Position, Range, Selection, fake } from './vscode';

export class FakeDocument {
  version = 1;
  isClosed = false;
  readonly uri;

  constructor(
    public text: string,
    address = 'file:///a.txt',
    readonly languageId = 'plaintext',
  ) {
    const { protocol, pathname } = new URL(address);
    const scheme = protocol.slice(0, -1);
    this.uri = { scheme, path: pathname, fsPath: pathname, toString: () => address };
  }

  get lineCount(): number {
    return this.text.split('\n').length;
  }

  getText(range?: Range): string {
    return range
      ? this.text.slice(this.offsetAt(range.start), this.offsetAt(range.end))
      : this.text;
  }

  /** Of a place beyond the text, its end, as VS Code has it. */
  offsetAt({ line, character }: Position): number {
    const lines = this.text.split('\n');
    const own = lines[line];
    if (own === undefined) return this.text.length;
    const before = lines.slice(0, line).reduce((sum, { length }) => sum + length + 1, 0);
    return before + Math.min(character, own.length);
  }

  positionAt(offset: number): Position {
    const lines = this.text.slice(0, offset).split('\n');
    return new Position(lines.length - 1, lines.at(-1)!.length);
  }

  lineAt(line: number) {
    const text = this.text.split('\n')[line]!;
    const [start, end] = [new Position(line, 0), new Position(line, text.length)];
    const next = line + 1 < this.lineCount ? new Position(line + 1, 0) : end;
    return { text, range: new Range(start, end), rangeIncludingLineBreak: new Range(start, next) };
  }

  /** Puts `text` in the place of a range, and tells those who listen. */
  edit(utf16Start: number, utf16End: number, text: string): void {
    this.text = this.text.slice(0, utf16Start) + text + this.text.slice(utf16End);
    this.version++;
    const change = { rangeOffset: utf16Start, rangeLength: utf16End - utf16Start, text };
    fake.changed.text.fire({ document: this, contentChanges: [change] });
  }

  close(): void {
    this.isClosed = true;
    fake.changed.closed.fire(this);
  }

  get asDocument(): TextDocument {
    return this as unknown as TextDocument;
  }
}

export class FakeEditor {
  readonly viewColumn = 1;
  selection = new Selection(new Position(0, 0), new Position(0, 0));
  /** All lines, until a test sets others. */
  visibleLines: [first: number, last: number][] = [[0, Infinity]];
  /** What is drawn, by its type. */
  readonly drawn = new Map<TextEditorDecorationType, readonly Range[]>();
  /** Called after each change of what is drawn. */
  onDraw = (): void => {};

  constructor(readonly document: FakeDocument) {}

  get selections(): Selection[] {
    return [this.selection];
  }

  get visibleRanges(): Range[] {
    const { document } = this;
    const most = document.lineCount - 1;
    return this.visibleLines.map(([first, last]) => {
      const { range } = document.lineAt(Math.min(last, most));
      return new Range(new Position(Math.min(first, most), 0), range.end);
    });
  }

  setDecorations(type: TextEditorDecorationType, ranges: readonly Range[]): void {
    if (ranges.length > 0) this.drawn.set(type, ranges);
    else this.drawn.delete(type);
    this.onDraw();
  }

  revealRange(): void {}

  /** Puts the cursor at an offset; with `end`, what is between is selected. */
  select(utf16: number, end = utf16): void {
    const { document } = this;
    this.selection = new Selection(document.positionAt(utf16), document.positionAt(end));
    fake.changed.selection.fire({ textEditor: this });
  }

  get asEditor(): TextEditor {
    return this as unknown as TextEditor;
  }
}
