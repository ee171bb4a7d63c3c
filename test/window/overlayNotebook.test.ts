// A notebook's cells are documents of their own: each is tokenized and scored by itself.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { hoverText, isScored, product, run, until } from './support';

const TYPE = 'jupyter-notebook';
const CELLS = ['import math\n\ntotal = 0\n', 'for i in range(10):\n    total += math.sqrt(i)\n'];

describe('a notebook', () => {
  before(async () => {
    await product().activate();
    await run('toggleOverlay');
  });
  after(async () => {
    await run('toggleOverlay');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('has an overlay on every cell', async () => {
    const cells = CELLS.map(
      text => new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, 'python'),
    );
    const notebook = await vscode.workspace.openNotebookDocument(
      TYPE,
      new vscode.NotebookData(cells),
    );
    await vscode.window.showNotebookDocument(notebook);
    const documents = notebook.getCells().map(({ document }) => document);
    assert.deepEqual(
      documents.map(({ uri }) => uri.scheme),
      CELLS.map(() => 'vscode-notebook-cell'),
    );
    const visible = () => vscode.window.visibleTextEditors.map(({ document }) => document);
    await until(
      async () => documents.filter(document => visible().includes(document)).length,
      count => count === CELLS.length,
    );
    for (const [i, document] of documents.entries()) {
      const text = await until(() => hoverText(document, 1), isScored);
      assert.match(text, /index 0 of \d+ tokens/, `cell ${i} stands alone`);
    }
  });
});
