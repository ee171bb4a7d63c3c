// A second tokenizer beside the model's, and token counts of a folder, in a real extension host.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { hoverText, open, product, run, until } from './support';

const TEXT = 'export function returned(): number {\n  return 12345;\n}\n';

describe('a second tokenizer', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-second-'));
  const path = join(scratch, 'fewer', 'tokenizer.json');
  const settings = () => vscode.workspace.getConfiguration('tokenscope.compare');
  const choose = (value: string | undefined) =>
    settings().update('tokenizer', value, vscode.ConfigurationTarget.Global);

  before(async () => {
    await product().activate();
    const file = vscode.Uri.joinPath(product().extensionUri, 'models/coder/tokenizer.json');
    const json = JSON.parse(readFileSync(file.fsPath, 'utf8'));
    json.model.merges = json.model.merges.slice(0, 200);
    mkdirSync(join(scratch, 'fewer'));
    writeFileSync(path, JSON.stringify(json));
    await run('toggleOverlay');
  });
  beforeEach(() => choose(path));
  after(async () => {
    await choose(undefined);
    await run('toggleOverlay');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(scratch, { recursive: true, force: true });
  });

  it('is named in the hover with its own tokens', async () => {
    await choose(undefined);
    const { document } = await open(TEXT);
    const at = TEXT.indexOf('returned') + 1;
    const text = await until(
      () => hoverText(document, at),
      found => found.includes('token ') && !found.includes('fewer'),
    );
    assert.match(text, /index \d+ of \d+ tokens/);
    await choose(path);
    const both = await until(
      () => hoverText(document, at),
      found => found.includes('fewer'),
    );
    const totals = [...both.matchAll(/index \d+ of (\d+) tokens/g)].map(([, total]) =>
      Number(total),
    );
    assert.equal(totals.length, 2);
    assert.ok(totals[1]! > totals[0]!, `fewer merges, more tokens: ${totals.join()}`);
  });

  it('is walked to where it cuts differently, and back', async () => {
    const editor = await open(TEXT);
    const { document } = editor;
    await until(
      () => hoverText(document, 1),
      found => found.includes('fewer'),
    );
    const places: number[] = [];
    for (let i = 0; i < 3; i++) {
      await run('nextDifference');
      places.push(document.offsetAt(editor.selection.start));
    }
    assert.ok(places[0]! < places[1]! && places[1]! < places[2]!, places.join());
    await run('previousDifference');
    assert.equal(document.offsetAt(editor.selection.start), places[1]);
  });

  it('goes when comparing is stopped', async () => {
    const { document } = await open(TEXT);
    await run('stopComparing');
    assert.equal(settings().get('tokenizer'), '');
    await until(
      () => hoverText(document, 1),
      found => found.includes('token ') && !found.includes('fewer'),
    );
  });

  it('counts a folder with it, and leaves out what is hidden, binary or no text', async () => {
    const root = vscode.workspace.workspaceFolders![0]!.uri;
    const folder = vscode.Uri.joinPath(root, 'counted');
    const write = (name: string, content: string | Uint8Array) =>
      vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder, name), Buffer.from(content));
    await write('a.ts', TEXT);
    await write('inner/b.py', 'def f():\n    return 1\n');
    await write('hidden.ts', TEXT);
    await write('latin1.txt', Uint8Array.of(0x61, 0xe4));
    await write('picture.png', 'p');
    const files = vscode.workspace.getConfiguration('files');
    const { globalValue: before } = files.inspect('exclude')!;
    await files.update('exclude', { '**/hidden.ts': true }, vscode.ConfigurationTarget.Global);
    try {
      await vscode.commands.executeCommand('tokenscope.countTokens', folder);
      await run('copyReport');
      const page = await vscode.env.clipboard.readText();
      assert.match(page, /Tokenizer: coder .*; second: fewer/);
      assert.match(page, /\| all files \| +2 \| +\d+ \| +\d+ \| +\d\.\d\d \|/);
      assert.match(page, /\| TypeScript \| +1 \|/);
      assert.match(page, /\| Python +\| +1 \|/);
      assert.match(page, /\| `inner\/` +\|/);
      assert.ok(page.indexOf('`a.ts`') < page.indexOf('`inner/b.py`'), 'most tokens first');
      assert.match(page, /`latin1\.txt` +\| not UTF-8 text/);
      assert.match(page, /`picture\.png` +\| binary by its name/);
      assert.doesNotMatch(page, /hidden\.ts/);
    } finally {
      await files.update('exclude', before, vscode.ConfigurationTarget.Global);
      await vscode.workspace.fs.delete(folder, { recursive: true });
    }
  });
});
