// A text in a server's own tokens, without a tokenizer: each kind, and what servers say and leave out of their bytes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { UserError } from '../../src/core/errors';
import { logSoftmax } from '../../src/core/exactBytes/logSum';
import { encodeUtf8 } from '../../src/core/text/utf8';
import { readTraces } from '../../src/core/traces/readTraces';
import { readModelFolder } from '../../src/engine/models/modelFolder';
import { alignPieces, type SaidPiece } from '../../src/servers/alignPieces';
import { findServer } from '../../src/servers/connect';
import { piecesOf, savedPieces } from '../../src/servers/pieces';
import { sendBy } from '../../src/servers/transport';
import { fakeLogits } from '../support/fakeBackend';
import { FakeServer, type FakeKind } from '../support/fakeServers';
import { problemOf } from '../support/hubClient';
import { BYTE_VOCAB, START_ID, writeModelFolder } from '../support/modelFolder';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-pieces-'));
const folder = writeModelFolder(join(scratch, 'bytes'), { graph: false, start: false });
const { tokenizer } = readModelFolder(folder);
const send = sendBy(fetch, () => undefined);
const servers: FakeServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const TEXT = 'naïve 日\n';

async function found(kind: FakeKind) {
  const server = await FakeServer.start(kind, tokenizer);
  servers.push(server);
  return { server, found: await findServer(server.address, send) };
}

test.each(['llamaCpp', 'vllm', 'sglang', 'tgi', 'llamaCppPython', 'echo'] as const)(
  '%s: the pieces spell the text, with the numbers of the model',
  async kind => {
    const pieces = await piecesOf((await found(kind)).found, TEXT);
    const bytes = encodeUtf8(TEXT);
    expect(Buffer.concat(pieces.map(piece => piece.bytes))).toEqual(Buffer.from(bytes));
    // A token is a byte.
    const ids = [...bytes];
    const before = kind === 'llamaCppPython' ? [START_ID] : [];
    let at = 0;
    for (const { logprob, tokens, start, top } of pieces) {
      expect(start).toBe(at);
      let nats = 0;
      for (let i = at; i < at + tokens; i++)
        nats += logSoftmax(fakeLogits([...before, ...ids.slice(0, i)], BYTE_VOCAB))[ids[i]!]!;
      if (at === 0) expect(logprob).toBeNaN();
      else expect(logprob).toBeCloseTo(nats, 4);
      if (kind !== 'tgi' && at > 0) expect(top.length).toBeGreaterThan(0);
      at += tokens;
    }
    expect(at).toBe(ids.length);
  },
);

test('they are a file of saved log-probabilities', async () => {
  const { found: server } = await found('llamaCpp');
  const pieces = await piecesOf(server, TEXT);
  const { traces, problems } = readTraces(savedPieces('m', TEXT, pieces));
  expect(problems).toEqual([]);
  const [trace] = traces;
  expect([trace!.text, trace!.refused]).toEqual([TEXT, []]);
  const [series] = trace!.logprobs;
  expect(series!.tokens.map(({ start, end, logprob }) => [start, end, logprob])).toEqual(
    pieces.map(({ start, bytes, logprob }) => [start, start + bytes.length, logprob]),
  );
});

test('a server that names none, or others than the text has, is refused', async () => {
  expect(await problemOf(piecesOf((await found('ollama')).found, TEXT))).toMatch(/cannot score/);
  const { server, found: echo } = await found('echo');
  server.fault = () => ({ change: body => body.replace('"tokens":["n"', '"tokens":["x"') });
  expect(await problemOf(piecesOf(echo, TEXT))).toMatch(
    /which is not shown.*do not spell the text/,
  );
  server.fault = () => ({
    change: body => body.replace(/"token_logprobs":\[null,-[\d.]+/, '"token_logprobs":[null,3'),
  });
  expect(await problemOf(piecesOf(echo, TEXT))).toMatch(/above 0/);
});

describe('bytes', () => {
  const said = (...texts: (string | undefined)[]): SaidPiece[] =>
    texts.map((text, i) => ({ text, logprob: i === 0 ? undefined : -i, top: [] }));
  const align = (pieces: SaidPiece[], text: string) =>
    alignPieces(pieces, encodeUtf8(text), what => new UserError(what)).map(
      ({ bytes, tokens, logprob }) => [Buffer.from(bytes).toString('latin1'), tokens, logprob],
    );
  const latin1 = (text: string) => Buffer.from(text).toString('latin1');

  test('of parts of a character are one each, or not known', () => {
    expect(align(said('a', '\ufffd', '\ufffd', 'b'), 'aéb')).toEqual([
      ['a', 1, NaN],
      ['\u00c3', 1, -1],
      ['\u00a9', 1, -2],
      ['b', 1, -3],
    ]);
    expect(align(said('a', '\ufffd', '\ufffd', 'b'), 'a日b')).toEqual([
      ['a', 1, NaN],
      [latin1('日'), 2, -3],
      ['b', 1, -3],
    ]);
    expect(align(said('a', '\ufffd\ufffd'), 'a日')).toEqual([
      ['a', 1, NaN],
      [latin1('日'), 1, -1],
    ]);
  });

  test('of long texts in a script whose characters are split', () => {
    const count = 5000;
    const pieces = Array.from({ length: count }, () => said('a', '\ufffd', '\ufffd', 'b')).flat();
    const found = align(pieces, 'aéb'.repeat(count));
    expect(found).toHaveLength(4 * count);
    expect(found.at(-2)![0]).toBe('\u00a9');
  });

  test('that fit at many places are refused soon', () => {
    const pieces = said(...Array.from({ length: 4000 }, (_, i) => (i % 2 ? 'a' : undefined)));
    expect(() => align(pieces, 'a'.repeat(8000))).toThrow('in several ways');
  });

  test('of what is not said follow from the rest', () => {
    expect(align(said(undefined, 'lo'), 'hello')).toEqual([
      ['hel', 1, NaN],
      ['lo', 1, -1],
    ]);
    // A start that the text does not have, whether it is named or not.
    for (const start of [undefined, '<s>'])
      expect(align(said(start, 'he', 'llo'), 'hello').map(([text]) => text)).toEqual(['he', 'llo']);
  });

  test('that fit in several ways, or in none, are refused', () => {
    expect(() => align(said('a', '\ufffd\ufffd', '日', '\ufffd\ufffd'), 'a日日日日')).toThrow(
      /several ways/,
    );
    expect(() => align(said('a', 'c'), 'ab')).toThrow(/do not spell the text/);
    expect(() => align(said('a'), 'ab')).toThrow(/do not spell the text/);
    expect(() => align(said('a', 'b', 'c'), 'ab')).toThrow(/do not spell the text/);
  });
});
