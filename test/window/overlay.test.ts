// The overlay's answers inside a real extension host, with the built-in model in its real process.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const TEXT = 'export function sum(a: number, b: number): number {\r\n  return a + b;\r\n}\r\n';

interface Exports {
  enginePid(): number | undefined;
}

interface TokenLine {
  index: number;
  bytes: string;
  byteStart: number;
  byteEnd: number;
  rank: number;
  surprisal: number;
}

async function open(content: string, language = 'typescript'): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument({ content, language });
  return vscode.window.showTextDocument(document);
}

const run = (name: string) => vscode.commands.executeCommand(`tokenscope.${name}`);

function enginePid(): number | undefined {
  return vscode.extensions.getExtension<Exports>('tokenscope.tokenscope')!.exports.enginePid();
}

async function hoverText(document: vscode.TextDocument, offset: number): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    document.positionAt(offset),
  );
  return hovers
    .flatMap(hover => hover.contents)
    .map(content => (typeof content === 'string' ? content : content.value))
    .join('\n');
}

/** Asks again until the answer fits: scores arrive when they are ready. */
async function until<T>(ask: () => PromiseLike<T>, fits: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    assert.ok(Date.now() < deadline, `still: ${JSON.stringify(answer)}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

const isScored = (text: string) => /rank \d+; entropy/.test(text);

describe('the overlay', () => {
  before(async () => {
    await vscode.extensions.getExtension('tokenscope.tokenscope')!.activate();
  });
  after(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('says nothing and runs nothing until it is turned on', async () => {
    const { document } = await open(TEXT);
    assert.equal(await hoverText(document, 3), '');
    assert.equal(enginePid(), undefined);
  });

  it('explains the token under the mouse in an untitled document with CRLF', async () => {
    const { document } = await open(TEXT);
    document.eol === vscode.EndOfLine.CRLF || assert.fail('the document has LF');
    await run('toggleOverlay');
    const text = await until(() => hoverText(document, TEXT.indexOf('return') + 2), isScored);
    assert.match(text, /token \d+ of \d+, id \d+/);
    assert.match(text, /`(?:20 )*72 65 74 75 72 6e`/);
    assert.match(text, /\| rank \| token \| probability \| surprisal \|/);
    assert.ok(enginePid() !== undefined);
  });

  it('walks from peak to peak and back', async () => {
    const editor = await open(TEXT);
    await until(() => hoverText(editor.document, 3), isScored);
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
      const pid = enginePid();
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      await editor.edit(edit => edit.insert(document.positionAt(0), `// ${round}\n`));
      const text = await until(() => hoverText(document, document.getText().length - 3), isScored);
      const [, index, total] = /token (\d+) of (\d+)/.exec(text)!;
      assert.ok(Number(index) <= Number(total));
      assert.notEqual(enginePid(), pid);
    }
  });

  it('shows the model’s report with its self-test', async () => {
    await run('showReport');
    const document = vscode.window.activeTextEditor!.document;
    assert.match(document.getText(), /# coder/);
    assert.match(document.getText(), /\| passed \|/);
    assert.doesNotMatch(document.getText(), /FAILED/);
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
