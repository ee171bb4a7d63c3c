// Calls of tools in the editor, with an engine that answers what the test says: test/window/tools.test.ts has a real one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CancellationError, LanguageModelTextPart } from 'vscode';
import { Cancelled, UserError } from '../../../src/core/errors';
import type { Engine } from '../../../src/editor/engine/engineClient';
import { callTool, prepared } from '../../../src/editor/tools/toolCalls';
import type { ToolApi, ToolInput } from '../../../src/protocol/tools';
import { root } from '../../support/paths';
import { Uri, workspace } from '../../support/vscode';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const declared = manifest.contributes.languageModelTools as { name: string }[];

test.each(declared)('$name says what it does while it works', ({ name }) => {
  expect(prepared(name.replace('tokenscope_', '')).invocationMessage).toMatch(/ with Tokenscope$/);
});

type Run = (
  params: Parameters<ToolApi['runTool']>[0],
  signal: AbortSignal,
) => Promise<ReturnType<ToolApi['runTool']>>;

function called(run: Run, isCancelled = false, input: ToolInput = { text: 'A text.' }) {
  const engine = {
    call: (request: (running: unknown) => unknown) => request({ remote: { runTool: run } }),
  } as unknown as Engine;
  const cancelling: (() => void)[] = [];
  const dispose = vi.fn();
  const token = {
    isCancellationRequested: isCancelled,
    onCancellationRequested(listener: () => void) {
      cancelling.push(listener);
      return { dispose };
    },
  } as unknown as Parameters<typeof callTool>[0]['token'];
  const onError = vi.fn();
  const answer = callTool({ engine, name: 'count_tokens', input, token, onError });
  return { answer, onError, dispose, cancel: () => cancelling.forEach(each => each()) };
}

describe('a call', () => {
  test('answers with the text and the data, and asks for what was given', async () => {
    const run = vi.fn<Run>(async () => ({ text: '3 tokens', data: { tokens: 3 } }));
    const { answer, dispose } = called(run);
    expect((await answer).content).toEqual([
      new LanguageModelTextPart('3 tokens'),
      new LanguageModelTextPart('{"tokens":3}'),
    ]);
    expect(run.mock.calls[0]![0]).toMatchObject({
      name: 'count_tokens',
      input: { text: 'A text.' },
    });
    expect(dispose).toHaveBeenCalledOnce();
  });

  test('that is refused says why, to the log, too', async () => {
    const error = new UserError('The text is too long.');
    const { answer, onError } = called(() => Promise.reject(error));
    await expect(answer).rejects.toThrow('The text is too long.');
    expect(onError).toHaveBeenCalledWith(error);
  });

  test.each(['before it', 'while it works'])('that is cancelled %s is no error', async when => {
    const run: Run = (_, signal) =>
      new Promise((_resolve, reject) => {
        if (signal.aborted) reject(new Cancelled());
        signal.addEventListener('abort', () => reject(new Cancelled()));
      });
    const { answer, onError, cancel } = called(run, when === 'before it');
    if (when === 'while it works') cancel();
    await expect(answer).rejects.toBeInstanceOf(CancellationError);
    expect(onError).not.toHaveBeenCalled();
  });
});

describe('a file', () => {
  const folder = (uri: Uri) => ({ uri });
  const text = (path: string, isDirty = true, scheme = 'file') => ({
    uri: Uri.from({ scheme, path }),
    isDirty,
    getText: () => `text of ${path}`,
  });
  afterEach(() => Object.assign(workspace, { workspaceFolders: undefined, textDocuments: [] }));

  /** What the engine is told of files, for a path. */
  async function filesFor(path: string | undefined, folders: Uri[], texts: object[] = []) {
    const workspaceFolders = folders.length > 0 ? folders.map(folder) : undefined;
    Object.assign(workspace, { workspaceFolders, textDocuments: texts });
    const run = vi.fn<Run>(async () => ({ text: '', data: {} }));
    await called(run, false, path === undefined ? {} : { path }).answer;
    return run.mock.calls[0]![0].files;
  }
  const [a, b] = [Uri.file('/a'), Uri.file('/b')];
  const other = Uri.from({ scheme: 'vscode-vfs', path: '/c' });

  test('is read in the folders of the workspace that are on this machine', async () => {
    expect(await filesFor('x.txt', [a, other, b])).toMatchObject({ roots: ['/a', '/b'] });
    expect(await filesFor(undefined, [])).toEqual({
      roots: [],
      withoutRoots: expect.stringContaining('no folder is open'),
    });
  });

  test.each([
    ['from its folder', 'src/x.txt', '/b/src/x.txt'],
    ['absolute', '/b/x.txt', '/b/x.txt'],
    ['as an address', 'file:///b/x.txt', '/b/x.txt'],
  ])('with changes that are not saved is the text of its editor: %s', async (_, path, open) => {
    const own = text(open);
    expect(await filesFor(path, [a, b], [text('/b/other'), own])).toMatchObject({
      open: { [open]: `text of ${open}` },
    });
    for (const saved of [text(open, false), text(open, true, 'git'), text(`/elsewhere${open}`)])
      expect(await filesFor(path, [a, b], [saved])).not.toHaveProperty('open');
    expect(await filesFor(undefined, [a, b], [own])).not.toHaveProperty('open');
  });

  test('of which several folders have one with changes, is any of them', async () => {
    const { open } = await filesFor('x.txt', [a, b], [text('/b/x.txt'), text('/a/x.txt')]);
    expect(open).toEqual({ '/a/x.txt': 'text of /a/x.txt', '/b/x.txt': 'text of /b/x.txt' });
  });
});
