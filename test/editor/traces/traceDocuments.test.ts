// Traces as documents of their own: each shows the trace of its file as it was read last, or says why it cannot.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Memento, TextDocument, Uri as VscodeUri } from 'vscode';
import { Cancelled, UserError } from '../../../src/core/errors';
import { readTraces } from '../../../src/core/traces/readTraces';
import type { Engine } from '../../../src/editor/engine/engineClient';
import { TRACE_SCHEME, TraceDocuments } from '../../../src/editor/traces/traceDocuments';
import { fake, Uri, window } from '../../support/vscode';

const FILE = Uri.file('/t.jsonl') as unknown as VscodeUri;
const row = (content: string) =>
  JSON.stringify({ choices: [{ message: { role: 'assistant', content } }] });
const write = (...rows: string[]) =>
  fake.files.set('/t.jsonl', new TextEncoder().encode(rows.map(row).join('\n')));

let values: Map<string, unknown>;
let errors: unknown[];
let reads: { name: string; bytes: Uint8Array; as?: 'text' }[];
let refused: string | undefined;
let traces: TraceDocuments;
const { showInformationMessage } = window;

function make() {
  const remote = {
    readTraces: async (request: (typeof reads)[0]) => {
      reads.push(request);
      if (refused !== undefined && !request.as) return { refused };
      return readTraces(new TextDecoder().decode(request.bytes), request.as);
    },
  };
  traces = new TraceDocuments(
    { call: (request: (own: object) => unknown) => request({ remote }) } as unknown as Engine,
    {
      get: (key: string) => values.get(key),
      update: async (key: string, value: unknown) => void values.set(key, value),
    } as unknown as Memento,
    error => errors.push(error),
  );
}

beforeEach(() => {
  [values, errors, reads, refused] = [new Map(), [], [], undefined];
  fake.gone.clear();
  fake.opened.length = 0;
  write('one', 'two');
  make();
});
afterEach(() => {
  traces.dispose();
  fake.files.clear();
  Object.assign(window, { showInformationMessage });
});

const contentOf = (uri: Uri) =>
  Promise.resolve(
    fake.contents.get(TRACE_SCHEME)!.provideTextDocumentContent(uri),
  ) as Promise<string>;
const openOf = (uri: Uri) => traces.traceOf({ uri } as unknown as TextDocument);
/** Opens a trace; answers the address of its document and its text. */
async function show(index: number) {
  await traces.show(FILE, index);
  const uri = fake.opened.at(-1)!;
  return { uri, text: await contentOf(uri) };
}

test('each trace is a document of its own, read once', async () => {
  const [first, second] = [await show(0), await show(1)];
  expect([first.text, second.text]).toEqual(['one', 'two']);
  expect(openOf(first.uri)).toMatchObject({ index: 0, trace: { text: 'one' } });
  expect(openOf(second.uri)).toMatchObject({ index: 1, trace: { text: 'two' } });
  expect(reads).toHaveLength(1);
  expect(traces.traceOf(undefined)).toBeUndefined();
  await expect(show(2)).rejects.toThrow(
    new UserError('t.jsonl has 2 traces now, and none with number 3.'),
  );
});

test('however many ask, a file is read once', async () => {
  await Promise.all([traces.contentNow(FILE), traces.contentNow(FILE)]);
  await traces.contentNow(FILE);
  expect(reads).toHaveLength(1);
});

test('a file that is saved is read again, and its documents show what it holds now', async () => {
  const [first, second] = [await show(0), await show(1)];
  let changes = 0;
  traces.onDidChange(() => changes++);
  write('uno');
  fake.changed.saved.fire({ uri: FILE });
  await expect.poll(() => changes).toBe(1);
  expect(await contentOf(first.uri)).toBe('uno');
  expect(openOf(first.uri)!.text.text).toBe('uno');
  // It is not in the file any more.
  expect(openOf(second.uri)).toBeUndefined();
  expect(await contentOf(second.uri)).toBe('t.jsonl has 1 traces now, and none with number 2.');
  expect(openOf(second.uri)).toBeUndefined();
  write('uno', 'dos');
  await traces.load(FILE);
  expect(await contentOf(second.uri)).toBe('dos');
  // Another file is none of its business.
  fake.changed.saved.fire({ uri: Uri.file('/other.ts') });
  expect(reads).toHaveLength(3);
});

test('the trace of a document that was closed is forgotten, and not at another language', async () => {
  const { uri } = await show(0);
  fake.changed.closed.fire({ uri, isClosed: false });
  expect(openOf(uri)).toBeDefined();
  fake.changed.closed.fire({ uri, isClosed: true });
  expect(openOf(uri)).toBeUndefined();
  expect(await contentOf(uri)).toBe('one');
  expect(openOf(uri)).toMatchObject({ index: 0 });
  // What was read of the file is still known.
  expect(reads).toHaveLength(1);
});

test('a file that is gone says so in the list, and is read when it is back', async () => {
  const { uri } = await show(0);
  fake.gone.add('/t.jsonl');
  fake.changed.saved.fire({ uri: FILE });
  await expect.poll(() => errors).toHaveLength(1);
  expect(traces.files).toEqual([
    { file: FILE, problem: expect.stringMatching(/^t\.jsonl was moved, /), isText: false },
  ]);
  expect(traces.contentOf(FILE)).toBeUndefined();
  // What is open shows what was read.
  expect(await contentOf(uri)).toBe('one');
  fake.gone.clear();
  await traces.load(FILE);
  expect(traces.files).toMatchObject([{ file: FILE, content: { traces: [{}, {}] } }]);
});

test('a large file is refused before it is read', async () => {
  fake.files.set('/t.jsonl', { length: (512 << 20) + 1 } as Uint8Array);
  await expect(traces.load(FILE)).rejects.toThrow(
    /^t\.jsonl is 512 MB; the limit for traces is 512 MB/,
  );
  expect([reads, traces.files]).toEqual([[], []]);
});

test('offsets are those of the document, which begins after a mark', async () => {
  fake.files.set(
    '/t.jsonl',
    Uint8Array.of(0xef, 0xbb, 0xbf, ...new TextEncoder().encode(row('one'))),
  );
  await traces.load(FILE);
  expect(reads[0]!.bytes[0]).toBe('{'.charCodeAt(0));
});

test('a document has line feeds alone, which VS Code leaves as they are, and every step is where it is shown', async () => {
  const messages = [
    { role: 'user', content: 'a\r\nb' },
    { role: 'assistant', content: 'One.\r\nTwo.\rOr so.\r\nThree.' },
  ];
  fake.files.set('/t.jsonl', new TextEncoder().encode(JSON.stringify({ messages })));
  const { uri, text } = await show(0);
  expect(text).toBe('a\nb\nOne.\nTwo.\nOr so.\nThree.');
  const shown = openOf(uri)!;
  expect(shown.text.text).toBe(text);
  expect(text.slice(shown.text.start)).toMatch(/^One/);
  const steps = shown.trace.steps.map(step => {
    const { utf16Start, utf16End } = shown.text.rangeOf(step);
    return text.slice(utf16Start, utf16End);
  });
  expect(steps).toEqual(['One.\n', 'Two.\nOr so.\n', 'Three.']);
});

test('over a reload the list stays, and is read when it is looked at', async () => {
  await traces.load(FILE);
  const { uri } = await show(1);
  traces.dispose();
  make();
  reads.length = 0;
  expect(traces.files.map(({ file, content }) => [String(file), content])).toEqual([
    ['file:///t.jsonl', undefined],
  ]);
  expect(await contentOf(uri)).toBe('two');
  expect(reads).toHaveLength(1);
  traces.close(FILE);
  expect(traces.files).toEqual([]);
  traces.dispose();
  make();
  expect(traces.files).toEqual([]);
});

test('a plain text is read where the user says so, once', async () => {
  refused = 'It bears no sign of reasoning.';
  fake.files.set('/t.jsonl', new TextEncoder().encode('A text.'));
  await expect(traces.load(FILE)).rejects.toBeInstanceOf(Cancelled);
  expect(traces.files).toEqual([]);
  Object.assign(window, { showInformationMessage: async () => 'Open as Text' });
  await traces.load(FILE);
  expect(traces.files).toMatchObject([
    { isText: true, content: { traces: [{ text: 'A text.' }] } },
  ]);
  Object.assign(window, { showInformationMessage: async () => undefined });
  await traces.load(FILE);
  expect(reads.at(-1)!.as).toBe('text');
});
