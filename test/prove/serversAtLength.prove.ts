// A long text, a success curve and a comparison by byte through llama.cpp's own server, which runs as servers.prove.ts says.
// `TOKENSCOPE_LENGTH` is how many tokens (20,000), `TOKENSCOPE_MINUTES` after how many it stops (10) and says how far it came.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { totalsOf } from '../../src/core/exactBytes/byteProof';
import { Document } from '../../src/engine/documents/document';
import { modelOpener } from '../../src/engine/models/openModel';
import { completeAddress } from '../../src/engine/models/sources/server/findTokenizer';
import { scoreTokens } from '../../src/engine/scoring/tokensPass';
import { engineServer } from '../../src/engine/server';
import type { ScoreSummary } from '../../src/protocol/scores';
import type { RolloutView } from '../../src/protocol/traces';
import { findServer } from '../../src/servers/connect';
import { sendBy, type SendToServer } from '../../src/servers/transport';
import { bundleEngine } from '../support/engineBundle';

const {
  TOKENSCOPE_LLAMA_SERVER: address = '',
  TOKENSCOPE_LENGTH: length = '20000',
  TOKENSCOPE_MINUTES: minutes = '10',
} = process.env;
const root = join(import.meta.dirname, '../..');
const { signal } = new AbortController();

/** Requests for numbers, and the tokens that were in them. */
let [requests, sent] = [0, 0];
const send: SendToServer = (request, stop) => {
  if (request.tokens > 0) requests++;
  sent += request.tokens;
  return inner(request, stop);
};
const inner = sendBy(fetch, () => undefined);

let path: string;
let openModel: ReturnType<typeof modelOpener>;
beforeAll(async () => {
  if (!address) return;
  path = completeAddress(await findServer(address, send));
  openModel = modelOpener(join(await bundleEngine(), 'runtime.js'), undefined, send);
});

const docs = () =>
  ['README.md', ...readdirSync(join(root, 'docs')).map(name => `docs/${name}`)]
    .map(name => readFileSync(join(root, name), 'utf8'))
    .join('\n');

test.runIf(address)('a long text is scored, and an edit asks for what it changed', async () => {
  const model = await openModel(path, 2048);
  const most = Number(length);
  const starts = model.tokenizer.encode(docs()).byteStarts;
  const cut = Buffer.from(docs()).subarray(0, starts[most]);
  const document = new Document('a', 0, cut.toString('utf8'));
  const timed = async (maxTokens: number, stop: AbortSignal) => {
    [requests, sent] = [0, 0];
    const began = performance.now();
    let [first, scored] = [0, 0];
    const onScored = (count: number) => {
      first ||= performance.now() - began;
      scored = count;
    };
    const run = { visible: [{ utf16Start: 0, utf16End: 2000 }], maxTokens, signal: stop, onScored };
    await scoreTokens(model, document, run).catch((error: unknown) => {
      if (!stop.aborted) throw error;
    });
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(
      `${scored} of ${document.tokensBy(model.tokenizer).ids.length} tokens in ${seconds} s, the first after ${first.toFixed(0)} ms; ${requests} requests with ${sent} tokens`,
    );
    return scored;
  };
  const scored = await timed(Infinity, AbortSignal.timeout(Number(minutes) * 60_000));
  expect(scored).toBeGreaterThan(0);
  const { ids } = document.tokensBy(model.tokenizer);
  const { scores } = document.scoresOf(0, scored);
  const known = scores.logprobs.filter(value => value <= 0).length;
  expect(known).toBeGreaterThanOrEqual(scored - 1);
  // One letter in the middle of what was scored.
  const middle = document.streamBy(model.tokenizer).tokens(scored >> 1, (scored >> 1) + 1);
  const [utf16Start] = middle.utf16Starts;
  document.edit(1, [{ utf16Start: utf16Start!, utf16End: utf16Start! + 1, text: 'x' }]);
  console.log(`after an edit in the middle, of ${ids.length}:`);
  await timed(scored, signal);
  model.dispose();
});

/** Sums, which a small model does not always get right. */
const QUESTION =
  'Question: A farmer has 23 sheep and buys 18 more. Then 9 sheep are sold. How many sheep are left?\nAnswer:';
const TRACE =
  ' The farmer starts with 23 sheep. After buying 18 more there are 23 + 18 = 41 sheep. After selling 9 there are 41 - 9 = 32 sheep.\n#### 32';

test.runIf(address)('a trace has its success curve from the server', async () => {
  const engine = engineServer(
    (folder, limit) => openModel(folder, limit),
    () => {},
  );
  await engine.openModel({ folder: path, contextLimit: 2048 }, signal);
  await engine.setDocument({ uri: 'a', version: 1, text: QUESTION + TRACE }, signal);
  const options = {
    rollouts: 6,
    temperature: 0.7,
    topP: 0.95,
    seed: 1,
    maxTokens: 100,
    pattern: '',
    whole: false,
    target: '32',
  };
  [requests, sent] = [0, 0];
  const began = performance.now();
  const params = { uri: 'a', version: 1, start: QUESTION.length, options };
  const { points, falls, problem } = (await engine.rollOut(params, signal)) as RolloutView;
  const curve = points.map(({ token, right, rollouts }) => `${token}: ${right}/${rollouts}`);
  console.log(
    `success by token ${curve.join(', ')}; ${falls.length} falls; ${problem ?? 'no problem'}; ${requests} requests in ${((performance.now() - began) / 1000).toFixed(0)} s`,
  );
  expect(points.length).toBeGreaterThan(1);
  expect(requests).toBeGreaterThanOrEqual(points.length);
});

test.runIf(address)('the server and the built-in model are compared by byte', async () => {
  const engine = engineServer(
    (folder, limit) => openModel(folder, limit),
    () => {},
  );
  await engine.openModel({ folder: path, contextLimit: 2048 }, signal);
  await engine.compareWith({ path: join(root, 'models/coder') }, signal);
  const at = { uri: 'a', version: 1 };
  const text = 'const café = 12;\n';
  await engine.setDocument({ ...at, text }, signal);
  const range = { utf16Start: 0, utf16End: text.length };
  const passes = ['bytes', 'secondBytes'] as const;
  [requests, sent] = [0, 0];
  const summary = (await engine.score(
    { ...at, passes, visible: [range], maxTokens: 1e6, whole: true },
    signal,
  )) as ScoreSummary;
  const sums = summary.proofs.map(totalsOf);
  console.log(JSON.stringify({ sums, requests, sent }));
  expect(sums).toHaveLength(2);
  // The server rounds what it multiplies with blocks of few bits, and otherwise for one token than for several.
  const tolerances = [/F32/i.test(path) ? 1e-3 : 0.05, 1e-4];
  for (const [i, { bytesBits, boundaryBits, endBits, tokenBits }] of sums.entries()) {
    const difference = Math.abs(bytesBits + boundaryBits + endBits - tokenBits);
    expect(difference / tokenBits).toBeLessThan(tolerances[i]!);
  }
  const characters = await engine.characters({ ...at, range, difference: true }, signal);
  expect(characters).toMatchObject({ pending: 0 });
});
