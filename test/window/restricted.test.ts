// Every command of the manifest in a folder that nobody has said to trust. In a window of its own: one that is made for
// tests trusts every folder.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeEditors, runEveryCommand } from './everyCommand';
import { open, product } from './support';

describe('a folder that is not trusted', () => {
  before(() => product().activate());
  after(closeEditors);

  it('has commands that answer all the same', async function () {
    this.timeout(180_000);
    assert.equal(vscode.workspace.isTrusted, false);
    await runEveryCommand(() => open('A text.\n', 'plaintext'));
  });
});
