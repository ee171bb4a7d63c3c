// Every command of the manifest in every ordinary state of a window whose folder is trusted.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { closeEditors, runEveryCommand } from './everyCommand';
import { engine, open, product, until } from './support';

const CELL = 'total = 0\nfor i in range(10):\n    total += i\n';

describe('an ordinary state is no error', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-states-'));
  const configuration = () => vscode.workspace.getConfiguration('tokenscope');
  const set = (name: string, value: unknown) =>
    configuration().update(name, value, vscode.ConfigurationTarget.Global);
  const file = (name: string) =>
    vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, name);

  before(() => product().activate());
  after(async () => {
    // Other files begin with the overlay off and the settings as they are by default.
    await vscode.commands.executeCommand('tokenscope.turnOverlayOn');
    await vscode.commands.executeCommand('tokenscope.toggleOverlay');
    await set('traces.scoresFrom', undefined);
    await closeEditors();
    engine().stop();
    rmSync(scratch, { recursive: true });
  });
  afterEach(async () => {
    await closeEditors();
    await set('completion.enabled', undefined);
  });

  const states: Record<string, () => Thenable<unknown>> = {
    'no editor': async () => {},
    'an editor without text': () => open(''),
    'a file of plain text': () => vscode.window.showTextDocument(file('story.txt')),
    'a page that is not the user’s text': () =>
      vscode.commands.executeCommand('tokenscope.showReport'),
    'a reasoning trace': () =>
      vscode.commands.executeCommand('tokenscope.openTraces', file('traces.jsonl')),
    'a diff': () =>
      vscode.commands.executeCommand('vscode.diff', file('story.txt'), file('special.txt')),
    'a notebook': async () => {
      const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, CELL, 'python');
      const data = new vscode.NotebookData([cell]);
      const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', data);
      await vscode.window.showNotebookDocument(notebook);
    },
  };
  for (const [state, enter] of Object.entries(states)) {
    it(`with ${state}`, async function () {
      this.timeout(180_000);
      await runEveryCommand(enter);
    });
  }

  /** Chooses a copy of a built-in model, of the files that are wanted. */
  async function chooseCopy(model: string, isWanted = (_path: string) => true): Promise<string> {
    const folder = join(scratch, model);
    const source = join(product().extensionPath, 'models', model);
    const filter = (path: string) => path === source || isWanted(path);
    cpSync(source, folder, { recursive: true, filter });
    await set('model.folder', folder);
    await vscode.commands.executeCommand('tokenscope.showReport');
    await until(
      async () => engine().state.model?.folder,
      chosen => chosen === folder,
    );
    return folder;
  }

  it('with a tokenizer alone', async function () {
    this.timeout(180_000);
    try {
      await chooseCopy('coder', path => path.includes('tokenizer'));
      await runEveryCommand(() => open('let a = 1;\n'), false);
      assert.equal(engine().state.kind, 'ready');
    } finally {
      await set('model.folder', undefined);
    }
  });

  it('with a model that is gone', async function () {
    this.timeout(180_000);
    try {
      rmSync(await chooseCopy('stories260K'), { recursive: true });
      process.kill(engine().pid!, 'SIGKILL');
      await runEveryCommand(() => open('let a = 1;\n'), false);
      assert.equal(engine().state.kind, 'failed');
    } finally {
      await set('model.folder', undefined);
    }
  });
});
