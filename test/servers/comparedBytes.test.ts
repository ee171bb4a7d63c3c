// Two servers side by side by byte: exact where both give whole distributions, else refused with the reason.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { totalsOf } from '../../src/core/exactBytes/byteProof';
import { logSoftmax } from '../../src/core/exactBytes/logSum';
import { NATS_PER_BIT } from '../../src/core/lenses/scores';
import { Model } from '../../src/engine/models/model';
import { readModelFolder } from '../../src/engine/models/modelFolder';
import { engineServer } from '../../src/engine/server';
import type { ScoreSummary } from '../../src/protocol/scores';
import { addressText, readAddress } from '../../src/servers/address';
import { sendBy } from '../../src/servers/transport';
import { fakeLogits } from '../support/fakeBackend';
import { FakeServer, type FakeKind } from '../support/fakeServers';
import { BYTE_VOCAB, START_ID, writeModelFolder } from '../support/modelFolder';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-compared-'));
const bytes = writeModelFolder(join(scratch, 'bytes'), { graph: false });
/** Other tokens: some of two bytes. */
const pairs = writeModelFolder(join(scratch, 'pairs'), { graph: false, pairs: ['th', 'at', 'ca'] });
for (const [folder, end] of [
  [bytes, START_ID],
  [pairs, START_ID + 3],
] as const)
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ eos_token_id: end }));
const { signal } = new AbortController();
const servers: FakeServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const TEXT = 'the cat, été';
const AT = { uri: 'a', version: 1 };
const RANGE = { utf16Start: 0, utf16End: TEXT.length };

async function served(kind: FakeKind, folder: string, seed: number): Promise<string> {
  const server = await FakeServer.start(kind, readModelFolder(folder).tokenizer, { seed });
  servers.push(server);
  return addressText({ ...readAddress(server.address), tokenizer: folder });
}

async function compared(first: string, second: string) {
  const send = sendBy(fetch, () => undefined);
  const noRuntime = () => {
    throw new Error('a server needs no runtime');
  };
  const engine = engineServer(path => Model.open(path, 512, noRuntime, undefined, { send }));
  await engine.openModel({ folder: first, contextLimit: 512 }, signal);
  await engine.compareWith({ path: second }, signal);
  await engine.setDocument({ ...AT, text: TEXT }, signal);
  const passes = ['bytes', 'secondBytes'] as const;
  const request = { ...AT, passes, visible: [RANGE], maxTokens: 1e6, whole: true };
  return { engine, passes, summary: await engine.score(request, signal) };
}

test('each byte has the bits that both servers need for it', async () => {
  const { engine, passes, summary } = await compared(
    await served('llamaCpp', bytes, 17),
    await served('llamaCpp', pairs, 99),
  );
  const { proofs } = summary as ScoreSummary;
  expect(proofs).toHaveLength(2);
  for (const proof of proofs) {
    const { bytesBits, endBits, tokenBits } = totalsOf(proof);
    expect(Math.abs(bytesBits + endBits - tokenBits)).toBeLessThan(1e-4 * tokenBits);
  }
  const view = await engine.view(
    { ...AT, range: RANGE, maxTokens: 1e6, passes, details: 'alternatives' },
    signal,
  );
  const own = view.byteBits!.map(([bits]) => bits!);
  // A token is a byte: its surprisal is that of the token.
  for (const [row, id] of view.ids.entries()) {
    const before = [START_ID, ...view.ids.subarray(0, row)];
    const nats = -logSoftmax(fakeLogits(before, BYTE_VOCAB, 17))[id]!;
    expect(own[row]).toBeCloseTo(nats / NATS_PER_BIT, 3);
  }
  const second = view.secondByteBits!.map(([bits]) => bits!);
  const found = await engine.characters({ ...AT, range: RANGE, difference: true }, signal);
  if ('refused' in found) throw new Error(found.refused);
  expect(found.pending).toBe(0);
  let byte = 0;
  for (const [i, bits] of found.bits.entries()) {
    const size = Buffer.byteLength(TEXT.slice(found.utf16Starts[i], found.utf16Ends[i]));
    const sum = (of: number[]) => of.slice(byte, byte + size).reduce((a, b) => a + b, 0);
    expect(bits).toBeCloseTo(sum(second) - sum(own), 3);
    byte += size;
  }
});

test('a server of the likeliest tokens alone is not compared, with the reason', async () => {
  const { summary } = await compared(
    await served('llamaCpp', bytes, 17),
    await served('vllm', pairs, 99),
  );
  expect(summary).toEqual({
    refused: expect.stringMatching(
      /^127\S+ is served by vLLM, which returns probabilities only for the most likely.*a server of llama\.cpp/,
    ),
  });
});
