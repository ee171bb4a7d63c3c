// Shows a stretch of a document.
import { Selection, Uri, ViewColumn, window, workspace, type TextEditor } from 'vscode';
import type { Range16 } from '../../protocol/types';
import { rangeOf } from './editorRanges';

/** Selected, with the cursor at its first character, so that what begins there is what is at the cursor. */
export function select(editor: TextEditor, stretch: Range16): void {
  const { start, end } = rangeOf(editor.document, stretch);
  editor.selection = new Selection(end, start);
  editor.revealRange(editor.selection);
}

/** The cursor before it, nothing selected. */
export function putCursor(editor: TextEditor, { utf16Start }: Pick<Range16, 'utf16Start'>): void {
  select(editor, { utf16Start, utf16End: utf16Start });
}

/** In an editor of its own, where it is not open yet. */
export async function openAt({ uri, ...stretch }: Range16 & { uri: string }): Promise<void> {
  const document = await workspace.openTextDocument(Uri.parse(uri));
  select(await window.showTextDocument(document, { viewColumn: ViewColumn.Active }), stretch);
}
