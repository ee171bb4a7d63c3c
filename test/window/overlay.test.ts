// The overlay's answers inside a real extension host, with the built-in model in its real process.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { endEngine, engine, hoverText, isScored, open, product, run, until } from './support';

const TEXT = 'export function sum(a: number, b: number): number {\r\n  return a + b;\r\n}\r\n';
/** No model expects these words. */
const SURPRISING = 'export function pelican(violin) {\n  return zebra(umbrella, 7919);\n}\n';

interface TokenLine {
  index: number;
  bytes: string;
  byteStart: number;
  byteEnd: number;
  rank: number;
  surprisal: number;
}

describe('the overlay', () => {
  before(async () => {
    await product().activate();
    await endEngine();
  });
  after(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('says nothing and runs nothing until it is turned on', async () => {
    const { document } = await open(TEXT);
    assert.equal(await hoverText(document, 3), '');
    assert.equal(engine().pid, undefined);
  });

  it('explains the token under the mouse in an untitled document with CRLF', async () => {
    const { document } = await open(TEXT);
    assert.equal(document.eol, vscode.EndOfLine.CRLF);
    await run('toggleOverlay');
    const text = await until(() => hoverText(document, TEXT.indexOf('return') + 2), isScored);
    assert.match(text, /index \d+ of \d+ tokens, from 0, id \d+/);
    assert.match(text, /`(?:20 )*72 65 74 75 72 6e`/);
    assert.match(text, /\| rank \| token \| probability \| surprisal \|/);
    assert.ok(engine().pid !== undefined);
  });

  it('walks from peak to peak and back', async () => {
    const editor = await open(SURPRISING);
    // All of it is: its end comes last.
    await until(() => hoverText(editor.document, SURPRISING.trimEnd().length - 1), isScored);
    const offset = () => editor.document.offsetAt(editor.selection.active);
    const places = [offset()];
    for (let i = 0; i < 3; i++) {
      await run('nextPeak');
      places.push(offset());
    }
    await run('previousPeak');
    const [, , second, third] = places;
    assert.ok(third! > second!, `no peak after ${second}: ${places.join()}`);
    assert.equal(offset(), second);
  });

  it('copies the tokens with the fields of the command line, byte for byte', async () => {
    const { document } = await open('let naïve = "𝄞";\n');
    await until(() => hoverText(document, 1), isScored);
    await run('copyAsJson');
    const lines = (await vscode.env.clipboard.readText()).trimEnd().split('\n');
    const tokens = lines.map(line => JSON.parse(line) as TokenLine);
    const bytes = tokens.map(token => token.bytes).join('');
    assert.equal(bytes, Buffer.from(document.getText()).toString('hex'));
    for (const [index, token] of tokens.entries()) {
      assert.equal(token.index, index);
      assert.equal(token.byteEnd - token.byteStart, token.bytes.length / 2);
      assert.ok(token.rank >= 1 && token.surprisal >= 0, JSON.stringify(token));
    }
  });

  it('scores text that looks like a special token as text', async () => {
    const { document } = await open('a <|endoftext|> b\n', 'plaintext');
    const text = await until(() => hoverText(document, 5), isScored);
    assert.doesNotMatch(text, /&#60;&#124;endoftext/);
  });

  it('follows edits, and survives the engine’s death between and during requests', async () => {
    const editor = await open(TEXT);
    const { document } = editor;
    await until(() => hoverText(document, 3), isScored);
    for (let round = 0; round < 5; round++) {
      const pid = engine().pid;
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      await editor.edit(edit => edit.insert(document.positionAt(0), `// ${round}\n`));
      const text = await until(() => hoverText(document, document.getText().length - 3), isScored);
      const [, index, total] = /index (\d+) of (\d+) tokens/.exec(text)!;
      assert.ok(Number(index) < Number(total));
      assert.notEqual(engine().pid, pid);
    }
  });

  it('shows the model’s report with its self-test', async () => {
    await run('showReport');
    const tab = () => vscode.window.tabGroups.activeTabGroup.activeTab;
    await until(
      async () => tab()?.label,
      label => label === 'Report of coder',
    );
    assert.ok(tab()!.input instanceof vscode.TabInputWebview, 'it is rendered');
    const copied = async () => {
      await run('copyReport');
      return vscode.env.clipboard.readText();
    };
    const text = await until(copied, found => found.includes('Self-test'));
    assert.match(text, /# coder/);
    assert.match(text, /\| passed \|/);
    assert.doesNotMatch(text, /FAILED/);
  });

  it('never changes the text', async () => {
    const path = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, 'README.md');
    const document = await vscode.workspace.openTextDocument(path);
    await vscode.window.showTextDocument(document);
    await until(() => hoverText(document, 3), isScored);
    assert.equal(document.isDirty, false);
    assert.equal(document.version, 1);
  });

  it('goes away when it is turned off', async () => {
    const { document } = await open(TEXT);
    await until(() => hoverText(document, 3), isScored);
    await run('toggleOverlay');
    assert.equal(await hoverText(document, 3), '');
  });
});
