// A failed engine is started again by what the user asks for, not by typing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  InlineCompletionTriggerKind,
  Position,
  type CancellationToken,
  type InlineCompletionContext,
  type TextDocument,
} from 'vscode';
import type { Calibrations } from '../../../src/editor/completion/calibrations';
import { CompletionClient } from '../../../src/editor/completion/completionClient';
import { CompletionProvider } from '../../../src/editor/completion/completionProvider';
import type { DocumentSync } from '../../../src/editor/engine/documentSync';
import { Engine } from '../../../src/editor/engine/engineClient';
import { bundleEngine } from '../../support/engineBundle';

let scratch: string;
let engine: Engine;
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'tokenscope-failed-'));
  engine = new Engine({
    path: join(await bundleEngine(), 'engine.js'),
    model: () => ({ folder: join(scratch, 'none'), contextLimit: 64 }),
    onOutput: () => {},
  });
});
afterAll(() => {
  engine.stop();
  rmSync(scratch, { recursive: true, force: true });
});

test('typing does not start a failed engine again, and a request of the user does', async () => {
  const texts = {} as DocumentSync;
  const client = new CompletionClient(engine, texts, {} as Calibrations);
  const lines: string[] = [];
  const provider = new CompletionProvider(client, { info: (line: string) => lines.push(line) });
  let starts = 0;
  engine.onDidChangeState(({ kind }) => (starts += kind === 'starting' ? 1 : 0));
  const ask = async (text: string, triggerKind: InlineCompletionTriggerKind) => {
    const document = {
      uri: { scheme: 'file', path: '/a.ts' },
      languageId: 'typescript',
      getText: () => text,
      offsetAt: ({ character }: Position) => character,
    } as unknown as TextDocument;
    const context = { triggerKind, selectedCompletionInfo: undefined } as InlineCompletionContext;
    const token = {
      isCancellationRequested: false,
      onCancellationRequested: () => ({ dispose: () => {} }),
    } as unknown as CancellationToken;
    const position = new Position(0, text.length);
    expect(await provider.provideInlineCompletionItems(document, position, context, token)).toEqual(
      [],
    );
  };
  const { Automatic, Invoke } = InlineCompletionTriggerKind;
  for (const text of ['a', 'ab', 'abc', 'abcd', 'abcde']) await ask(text, Automatic);
  expect(starts).toBe(1);
  expect(engine.state.kind).toBe('failed');
  expect(lines.at(-1)).toMatch(
    /a\.ts:1:6 nothing: .*Run "Trigger Inline Suggestion" to try again\.$/,
  );
  await ask('abcdef', Invoke);
  expect(starts).toBe(2);
  await ask('abcdefg', Automatic);
  expect(starts).toBe(2);
  engine.stop();
  await ask('abcdefgh', Automatic);
  expect(starts).toBe(3);
  provider.dispose();
  client.dispose();
});
