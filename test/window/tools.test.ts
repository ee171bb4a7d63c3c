// The tools for language models as VS Code calls them: on a text, on a file of the workspace, and on what they refuse.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { product } from './support';

const TEXT = 'The cat sat on the mat, and the dög sat on the zebra.\n';
const NAMES = ['count_tokens', 'score_text', 'next_bytes', 'explain_token'];

interface Declared {
  readonly name: string;
  readonly tags: readonly string[];
}

/** What a test knows the shape of. */
type Json = ReturnType<typeof JSON.parse>;

/** The short text, and the data. */
async function call(name: string, input: object): Promise<[string, Json]> {
  const { content } = await vscode.lm.invokeTool(`tokenscope_${name}`, {
    input,
    toolInvocationToken: undefined,
  });
  const [text = '', json = ''] = content.map(part => {
    assert.ok(part instanceof vscode.LanguageModelTextPart);
    return part.value;
  });
  return [text, JSON.parse(json)];
}

const needsPlace = (name: string) => (name === 'explain_token' ? { at: 0 } : {});

async function refuses(name: string, input: object, message: RegExp): Promise<void> {
  await assert.rejects(
    call(name, { ...needsPlace(name), ...input }),
    ({ message: said }: Error) => {
      assert.match(said, message, name);
      return true;
    },
  );
}

describe('tools for language models', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'tokenscope-tools-'));
  const folder = () => vscode.workspace.workspaceFolders![0]!.uri.fsPath;
  const made = (name: string) => join(folder(), name);
  const files = ['tool.txt', 'tool-link.txt', 'tool-bad.txt', 'tool-large.txt'];

  before(async () => {
    await product().activate();
    writeFileSync(made('tool.txt'), TEXT);
    writeFileSync(made('tool-bad.txt'), Buffer.from([0x61, 0xff]));
    writeFileSync(made('tool-large.txt'), 'word '.repeat(4 << 20));
    writeFileSync(join(elsewhere, 'secret.txt'), 'secret');
    symlinkSync(join(elsewhere, 'secret.txt'), made('tool-link.txt'));
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const name of files) rmSync(made(name), { force: true });
    rmSync(elsewhere, { recursive: true, force: true });
  });

  it('are those of the manifest, with their tags', () => {
    const declared: readonly Declared[] = product().packageJSON.contributes.languageModelTools;
    assert.deepEqual(
      declared.map(({ name }) => name),
      NAMES.map(name => `tokenscope_${name}`),
    );
    for (const { name, tags } of declared) {
      const known = vscode.lm.tools.find(each => each.name === name);
      assert.ok(known, name);
      assert.deepEqual([...known.tags], tags);
      assert.ok(known.description.length > 100);
    }
  });

  it('count, score and explain a text and a file of the workspace alike', async () => {
    const bytes = Buffer.byteLength(TEXT);
    for (const given of [
      { text: TEXT },
      { path: made('tool.txt') },
      { path: 'tool.txt' },
      { path: vscode.Uri.file(made('tool.txt')).toString() },
    ]) {
      const [text, data] = await call('count_tokens', given);
      assert.equal(data.bytes, bytes);
      assert.match(text, new RegExp(`^${data.tokens} tokens by coder`));
    }
    const [scored, { highest, tokens }] = await call('score_text', { path: 'tool.txt', most: 3 });
    assert.equal(highest.length, 3);
    assert.match(scored, new RegExp(`${tokens} tokens, ${bytes} bytes: .* bits per token`));
    const { byteStart, id, surprisal } = highest[0];
    const [, { token, split }] = await call('explain_token', { path: 'tool.txt', at: byteStart });
    assert.deepEqual([token.id, token.surprisal], [id, surprisal]);
    assert.ok(split.tokens.length > 0);
  });

  it('say the next bytes, which add up to one', async () => {
    const [text, data] = await call('next_bytes', { text: TEXT, at: 12, most: 256 });
    const sum = data.likeliest.reduce((sum: number, { exact }: Json) => sum + exact, 0);
    assert.ok(Math.abs(sum + data.end + data.leak + data.untested - 1) < 1e-6);
    assert.match(text, /Exact next byte at byte 12/);
  });

  it('see what is not saved yet', async () => {
    const document = await vscode.workspace.openTextDocument(made('tool.txt'));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit(edit => edit.insert(new vscode.Position(0, 0), 'Look: '));
    const [, { bytes }] = await call('count_tokens', { path: 'tool.txt' });
    assert.equal(bytes, Buffer.byteLength(`Look: ${TEXT}`));
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('refuse what is outside of the workspace, no text, or too large', async () => {
    for (const name of NAMES) {
      await refuses(name, { path: join(elsewhere, 'secret.txt') }, /outside the roots/);
      await refuses(
        name,
        { path: 'tool-link.txt' },
        /outside the roots \(symbolic links are resolved\)/,
      );
      await refuses(name, { path: 'tool-bad.txt' }, /not UTF-8: byte ff at offset 1/);
      await refuses(name, { path: 'tool-large.txt' }, /it has 20 MB; the limit is (?:16|1) MB/);
      await refuses(name, { path: 'tool-none.txt' }, /File not found/);
      await refuses(name, {}, /needs either text or path/);
    }
  });

  it('refuse places that are none', async () => {
    const inside = Buffer.byteLength(TEXT.slice(0, TEXT.indexOf('ö'))) + 1;
    await refuses('explain_token', { text: TEXT, at: inside }, /inside the character ö/);
    await refuses('explain_token', { text: TEXT, at: 1000 }, /There is no token at byte 1000/);
    await refuses('next_bytes', { text: TEXT, at: 1000 }, /from 0 to 55 \(the end\), not 1000/);
  });
});
