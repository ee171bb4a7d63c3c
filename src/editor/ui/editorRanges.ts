// The ranges of text that an editor shows, as offsets.
import { Range, window, type TextDocument, type TextEditor } from 'vscode';
import { UserError } from '../../core/errors';
import type { Range16 } from '../../protocol/types';

/** VS Code draws no more of a line (`editor.stopRenderingLineAfter`). */
const DRAWN_LINE = 10_000;
/** Lines painted above and below, so that a small scroll finds them ready. */
const MARGIN_LINES = 10;

/** Schemes of documents that are not the user's text. */
const OTHER_SCHEMES = ['output', 'comment', 'tokenscope'];

export function isInspectable(document: TextDocument): boolean {
  return !OTHER_SCHEMES.includes(document.uri.scheme);
}

/** A range for each run of visible lines; it ends early at a line that is longer than VS Code draws. */
export function visibleRanges(
  { document, visibleRanges }: TextEditor,
  marginLines = MARGIN_LINES,
): Range16[] {
  const ranges: Range16[] = [];
  let next = 0;
  for (const { start, end } of visibleRanges) {
    const first = Math.max(next, start.line - marginLines);
    const last = Math.min(document.lineCount - 1, end.line + marginLines);
    for (let line = first; line <= last; line++) {
      const { range, rangeIncludingLineBreak } = document.lineAt(line);
      const isLong = range.end.character > DRAWN_LINE;
      const whole = isLong
        ? range.with({ end: range.start.translate(0, DRAWN_LINE) })
        : rangeIncludingLineBreak;
      const drawn = offsetsOf(document, whole);
      const before = ranges.at(-1);
      if (before?.utf16End === drawn.utf16Start) before.utf16End = drawn.utf16End;
      else ranges.push(drawn);
    }
    next = last + 1;
  }
  return ranges;
}

export function offsetsOf(document: TextDocument, range: Range): Range16 {
  return { utf16Start: document.offsetAt(range.start), utf16End: document.offsetAt(range.end) };
}

export function rangeOf(document: TextDocument, { utf16Start, utf16End }: Range16): Range {
  return new Range(document.positionAt(utf16Start), document.positionAt(utf16End));
}

/** The active editor of a text, or one that is visible beside what is active. */
export function textNow(): TextEditor | undefined {
  return [window.activeTextEditor, ...window.visibleTextEditors].find(
    editor => editor && isInspectable(editor.document),
  );
}

/** Throws `UserError` if no text is active. */
export function activeText(): TextEditor {
  const editor = window.activeTextEditor;
  if (editor && isInspectable(editor.document)) return editor;
  throw new UserError('No text is active. Open a file, or "Tokenscope: Open a Sample".');
}
