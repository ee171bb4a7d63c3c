// How the inspector names a document.
import { workspace, type TextDocument } from 'vscode';

/** Its path in the workspace; of a notebook's cell the notebook's path and the cell's number. */
export function documentName(document: TextDocument): string {
  for (const notebook of workspace.notebookDocuments) {
    const index = notebook.getCells().findIndex(cell => cell.document === document);
    if (index >= 0) return `${workspace.asRelativePath(notebook.uri)}, cell ${index + 1}`;
  }
  return workspace.asRelativePath(document.uri);
}
