// The surprisal of every byte of a document beside the scores of its tokens, and the next byte at a rest of the cursor
// beside one step of decoding: in processor time, because both are work of several threads, in turns. With the built-in
// model and those that TOKENSCOPE_BENCH_MODELS names: folders or files with `:` between them.
import { basename, delimiter } from 'node:path';
import { totalsOf } from '../../src/core/exactBytes/byteProof';
import { encodeUtf8 } from '../../src/core/text/utf8';
import { Document } from '../../src/engine/documents/document';
import type { Model } from '../../src/engine/models/model';
import { byteProof } from '../../src/engine/scoring/proveBytes';
import { scoreBytes } from '../../src/engine/scoring/bytesPass';
import { nextBytes } from '../../src/engine/scoring/nextBytes';
import { scoreTokens } from '../../src/engine/scoring/tokensPass';
import { openModel, ownSources } from './codeCuts';

const DOCUMENTS = Number(process.env.TOKENSCOPE_BENCH_DOCUMENTS ?? 10);
const DOCUMENT_BYTES = Number(process.env.TOKENSCOPE_BENCH_BYTES ?? 1500);
/** Bytes typed before each rest of the cursor. */
const TYPED = 5;
const RESTS = 60;
const { signal } = new AbortController();
const quiet = { visible: [], signal, onScored: () => {} };

export default { name: 'Every byte of a document', run };

async function run() {
  const named = process.env.TOKENSCOPE_BENCH_MODELS?.split(delimiter) ?? [];
  if (named.length === 0)
    console.log('  with other models: not measured, TOKENSCOPE_BENCH_MODELS names none');
  const rows = [];
  for (const name of ['coder', ...named]) {
    const { model, close } = await openModel(name);
    const label = named.includes(name) ? basename(name) : name;
    rows.push(await documentRow(label, model), await restRow(label, model));
    close();
  }
  return rows;
}

async function documentRow(label: string, model: Model) {
  const texts = ownSources().map(text => text.slice(0, DOCUMENT_BYTES));
  let bytesMs = 0;
  let tokensMs = 0;
  let tokens = 0;
  let furthest = 0;
  // The first fills the caches of what tokens may follow one another.
  const [first, ...others] = texts.slice(0, DOCUMENTS + 1);
  await scoreBytes(model, new Document('first', 1, first!), { ...quiet, whole: true });
  for (const [i, text] of others.entries()) {
    const plain = new Document(`plain ${i}`, 1, text);
    tokensMs += await processTime(() =>
      scoreTokens(model, plain, { ...quiet, maxTokens: Infinity }),
    );
    const document = new Document(`bytes ${i}`, 1, text);
    bytesMs += await processTime(() => scoreBytes(model, document, { ...quiet, whole: true }));
    tokens += plain.streamBy(model.tokenizer).size.tokens;
    const proof = totalsOf(await byteProof(model, document, signal));
    const sum = proof.bytesBits + proof.boundaryBits + proof.endBits;
    furthest = Math.max(furthest, Math.abs(sum / proof.tokenBits - 1));
  }
  return {
    label: `${label}: the surprisal of every byte`,
    ratio: bytesMs / tokensMs,
    rival: 'the scores of the tokens',
    budget: '≤ 6',
    detail:
      `${others.length} documents of ${DOCUMENT_BYTES} bytes; ${(bytesMs / tokens).toFixed(2)} ms of processor time a token ` +
      `against ${(tokensMs / tokens).toFixed(2)}; the sums differ by ${furthest.toExponential(1)} of themselves`,
  };
}

/** Some bytes are typed, the cursor rests; the rival runs the next token of the same text after what is cached. */
async function restRow(label: string, model: Model) {
  const [text] = ownSources().filter(each => each.length > DOCUMENT_BYTES);
  const bytes = encodeUtf8(text!.slice(0, DOCUMENT_BYTES));
  const tokens = model.tokenizer.encode(text!.slice(0, DOCUMENT_BYTES));
  const own = model.asTokenModel();
  const root = [{ parent: -1, token: -1 }];
  const ids = [...tokens.ids];
  let restMs = 0;
  let stepMs = 0;
  for (let rest = 0; rest <= RESTS; rest++) {
    const at = DOCUMENT_BYTES - TYPED * (RESTS - rest) - 1;
    const ms = await processTime(() => nextBytes(model, { bytes, tokens }, at, 'e2'));
    const step = await processTime(() =>
      own.rows(ids.slice(0, ids.length - RESTS + rest), root, [0]),
    );
    // The first of each computes what is before.
    if (rest > 0) restMs += ms;
    if (rest > 0) stepMs += step;
  }
  return {
    label: `${label}: the next byte at a rest of the cursor`,
    ratio: restMs / stepMs,
    rival: 'a step of decoding',
    budget: '≤ 1.3',
    detail: `${(restMs / RESTS).toFixed(1)} ms of processor time against ${(stepMs / RESTS).toFixed(1)}`,
  };
}

async function processTime(work: () => Promise<unknown>): Promise<number> {
  const began = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}
