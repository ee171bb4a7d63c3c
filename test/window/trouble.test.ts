// Texts and model folders that are not as one would like, in a real extension host: one clear message or
// none, nothing lost, and the next request works.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { engine, hoverText, isScored, open, product, run, until, type Said } from './support';

describe('what is not as one would like', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-bad-input-'));

  before(async () => {
    await product().activate();
    await run('toggleOverlay');
  });
  after(async () => {
    await run('toggleOverlay');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(scratch, { recursive: true, force: true });
  });

  const scoredAt = (document: vscode.TextDocument, offset: number) =>
    until(() => hoverText(document, offset), isScored);

  async function openFile(name: string, content: string | Uint8Array) {
    const path = join(scratch, name);
    writeFileSync(path, content);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path));
    await vscode.window.showTextDocument(document);
    return document;
  }

  it('a file of 20 MB', async () => {
    const line = 'const value = compute(input, 42); // and so on\n';
    const document = await openFile('large.ts', line.repeat(Math.ceil((20 << 20) / line.length)));
    assert.ok(document.getText().length >= 20 << 20);
    await scoredAt(document, 8);
    assert.equal(document.isDirty, false);
  });

  it('a line of 500,000 characters', async () => {
    const document = await openFile('line.js', 'f(1);'.repeat(100_000));
    await scoredAt(document, 6);
  });

  it('NUL bytes, bytes that are not UTF-8, and lone surrogates', async () => {
    await scoredAt(await openFile('latin1.txt', Buffer.from('caf\xe9 au lait\n', 'latin1')), 3);
    // VS Code opens no file with NUL bytes as text; a text may get them all the same.
    for (const text of ['a\0b\0\0c\n', 'a \ud834 b \udd1e c']) {
      const { document } = await open(text);
      await scoredAt(document, 2);
    }
  });

  it('a setting that names no model: the one that works stays open, and a message says why', async () => {
    const settings = vscode.workspace.getConfiguration('tokenscope');
    const set = (name: string, value: unknown) =>
      settings.update(name, value, vscode.ConfigurationTarget.Global);
    const { document } = await open('let a = 1;\n');
    await scoredAt(document, 5);
    const { pid } = engine();
    const said: Said[] = [];
    const listener = product().exports.onDidSay(each => said.push(each));
    const absent = join(scratch, 'absent');
    const choices = {
      'model.folder': 'Choose Model or Tokenizer…',
      'compare.tokenizer': 'Compare with Tokenizer or Model…',
      'features.autoencoder': 'Choose Autoencoder…',
    };
    try {
      for (const [name, list] of Object.entries(choices)) {
        await set(name, absent);
        await until(
          async () => said.at(-1),
          last => last?.text.includes(`"tokenscope.${name}"`) ?? false,
        );
        const { kind, text, actions } = said.at(-1)!;
        assert.equal(kind, 'information');
        assert.match(text, /stays open\. .*absent/);
        assert.deepEqual(actions, [list]);
        await scoredAt(document, 5);
        assert.equal(engine().pid, pid);
      }
      // Another process opens what was open, not what the settings say.
      process.kill(pid!, 'SIGKILL');
      await scoredAt(document, 5);
      assert.match(engine().state.model!.folder, /coder$/);
    } finally {
      listener.dispose();
      for (const name of Object.keys(choices)) await set(name, undefined);
    }
    await scoredAt(document, 5);
  });

  it('a model folder that is deleted while in use', async () => {
    const settings = vscode.workspace.getConfiguration('tokenscope');
    const choose = (folder: string | undefined) =>
      settings.update('model.folder', folder, vscode.ConfigurationTarget.Global);
    const isFailed = () => engine().state.kind === 'failed';
    const message = () => {
      const { state } = engine();
      return state.kind === 'failed' ? state.message! : '';
    };
    const { document } = await open('let a = 1;\n');
    const mine = join(scratch, 'mine');
    try {
      cpSync(join(product().extensionPath, 'models/coder'), mine, { recursive: true });
      await choose(mine);
      await until(
        async () => engine().state.model?.folder,
        folder => folder === mine,
      );
      await scoredAt(document, 5);
      rmSync(mine, { recursive: true });
      process.kill(engine().pid!, 'SIGKILL');
      const editor = await vscode.window.showTextDocument(document);
      await editor.edit(edit => edit.insert(new vscode.Position(0, 0), 'x'));
      await until(async () => isFailed(), Boolean);
      assert.match(message(), /mine/);
      assert.equal(document.getText(), 'xlet a = 1;\n');
    } finally {
      await choose(undefined);
    }
    await scoredAt(document, 5);
  });
});
