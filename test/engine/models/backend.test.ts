// The engine over a backend that is not ONNX: whatever a source brings, requests know the interface alone.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { logSoftmax } from '../../../src/core/exactBytes/logSum';
import { Model } from '../../../src/engine/models/model';
import { readModelFolder } from '../../../src/engine/models/modelFolder';
import { engineServer } from '../../../src/engine/server';
import type { ScoredEvent } from '../../../src/protocol/scores';
import { fakeBackend, fakeLogits, type FakeBackend } from '../../support/fakeBackend';
import { BYTE_VOCAB, START_ID, writeModelFolder } from '../../support/modelFolder';

const TEXT = 'const a = 1;\nreturn a;\n';
const AT = { uri: 'a', version: 1 };
const RANGE = { utf16Start: 0, utf16End: TEXT.length };
const { signal } = new AbortController();
const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-backend-'));
const events: ScoredEvent[] = [];
let backend: FakeBackend;
let server: ReturnType<typeof engineServer>;

beforeAll(async () => {
  writeModelFolder(scratch, { graph: false, context: 16 });
  writeFileSync(join(scratch, 'generation_config.json'), `{ "eos_token_id": ${START_ID} }`);
  backend = fakeBackend(BYTE_VOCAB);
  server = engineServer(
    async (folder, contextLimit) =>
      new Model(readModelFolder(String(folder)), backend, contextLimit),
    (name, event) => {
      if (name === 'scored') events.push(event as ScoredEvent);
    },
  );
  await server.openModel({ folder: scratch, contextLimit: 512 }, signal);
  await server.setDocument({ ...AT, text: TEXT }, signal);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('tokens are scored in windows, each as the model says after the tokens before it', async () => {
  const request = { ...AT, passes: ['tokens'] as const, visible: [], maxTokens: 1e6 };
  const done = await server.score(request, signal);
  expect(done).toMatchObject({ scored: TEXT.length, total: TEXT.length });
  expect(events.at(-1)).toMatchObject({ ...AT, scored: TEXT.length });
  const view = await server.view({ ...AT, range: RANGE, maxTokens: 1e6 }, signal);
  expect(view.pending).toBe(0);
  view.ids.forEach((id, row) => {
    const before = view.ids.subarray(row - view.scores!.contexts[row]!, row);
    const logprobs = logSoftmax(fakeLogits([START_ID, ...before], BYTE_VOCAB));
    expect(view.scores!.logprobs[row]).toBeCloseTo(logprobs[id]!, 4);
  });
  const { score } = backend.calls;
  await server.score(request, signal);
  expect(backend.calls.score, 'what is known is not asked again').toBe(score);
});

test('an ability that is absent is refused with its reason', async () => {
  const options = { rollouts: 2, temperature: 1, topP: 1, seed: 1, maxTokens: 8, pattern: '' };
  const rolled = await server.rollOut(
    { ...AT, start: 0, options: { ...options, whole: false } },
    signal,
  );
  expect(rolled).toEqual({ refused: 'The fake model does not sample' });
  const features = server.score({ ...AT, passes: ['features'], visible: [], maxTokens: 0 }, signal);
  expect(await features).toMatchObject({ refused: expect.stringMatching(/No autoencoder/) });
});

test('bytes of a model whose numbers are not exact enough are refused with the reason', async () => {
  const inexact = 'computes in half precision';
  const other = engineServer(
    async (folder, contextLimit) =>
      new Model(
        readModelFolder(String(folder)),
        fakeBackend(BYTE_VOCAB, { inexact }),
        contextLimit,
      ),
  );
  await other.openModel({ folder: scratch, contextLimit: 512 }, signal);
  await other.setDocument({ ...AT, text: TEXT }, signal);
  const refused = expect.stringMatching(/computes in half precision: exact probabilities of bytes/);
  const request = { ...AT, passes: ['bytes'] as const, visible: [], maxTokens: 9 };
  expect(await other.score(request, signal)).toMatchObject({ refused });
  expect(await other.score({ ...request, passes: ['tokens'] }, signal)).not.toHaveProperty(
    'refused',
  );
});

test('a view says that passes are pending until they ran, and the next version is another text', async () => {
  const passes = ['tokens', 'contrast'] as const;
  const view = await server.view({ ...AT, range: RANGE, maxTokens: 1e6, passes }, signal);
  expect(view.pending).toBe(TEXT.length);
  const edits = [{ utf16Start: 0, utf16End: 5, text: 'let' }];
  await server.editDocument({ uri: 'a', version: 2, edits }, signal);
  // The same edit again, as when a whole text of that version was sent meanwhile: ignored.
  await server.editDocument({ uri: 'a', version: 2, edits }, signal);
  const now = await server.view({ uri: 'a', version: 2, range: RANGE, maxTokens: 1e6 }, signal);
  expect(now.total).toBe(TEXT.length - 2);
});

test('a model that fails is no error of the process: the pass says what failed', async () => {
  const failing = engineServer(async (folder, contextLimit) => {
    const score = () => Promise.reject(new UserError('The model failed on 3 tokens.'));
    const other = fakeBackend(BYTE_VOCAB, { score });
    return new Model(readModelFolder(String(folder)), other, contextLimit);
  });
  await failing.openModel({ folder: scratch, contextLimit: 512 }, signal);
  await failing.setDocument({ ...AT, text: TEXT }, signal);
  const request = { ...AT, passes: ['tokens'] as const, visible: [], maxTokens: 9 };
  expect(await failing.score(request, signal)).toEqual({
    refused: expect.stringContaining('The model failed on 3 tokens'),
  });
});
