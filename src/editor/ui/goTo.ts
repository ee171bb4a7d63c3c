// Shows a range of a document.
import { Selection, Uri, ViewColumn, window, workspace, type TextEditor } from 'vscode';
import type { Range16 } from '../../protocol/types';
import { rangeOf } from './editorRanges';

/** Selects a range and puts the cursor at its start, so that the token at the cursor is its first one. */
export function select(editor: TextEditor, range: Range16): void {
  const { start, end } = rangeOf(editor.document, range);
  editor.selection = new Selection(end, start);
  editor.revealRange(editor.selection);
}

/** Puts the cursor at an offset and selects nothing. */
export function putCursor(editor: TextEditor, { utf16Start }: Pick<Range16, 'utf16Start'>): void {
  select(editor, { utf16Start, utf16End: utf16Start });
}

/** Opens a document, and selects a range of it. */
export async function openAt({ uri, ...range }: Range16 & { uri: string }): Promise<void> {
  const document = await workspace.openTextDocument(Uri.parse(uri));
  select(await window.showTextDocument(document, { viewColumn: ViewColumn.Active }), range);
}
