// Tokenizing 2 MB of source after another 2 MB, beside other tokenizers with the same vocabulary; and the price of a
// byte of text that tokenizers hang on beside that of source.
import { Tokenizer as HuggingFace } from '@huggingface/tokenizers';
import { encode as gptTokenizer } from 'gpt-tokenizer/encoding/r50k_base';
import { Tiktoken } from 'js-tiktoken/lite';
import r50k from 'js-tiktoken/ranks/r50k_base';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tokenizer } from '../../src/core/tokenizer/tokenizer';
import { encodeUtf8 } from '../../src/core/text/utf8';
import { pathologicalTexts } from '../support/pathological';
import { hasShared, shared, tokenizerOf } from '../support/shared';
import { EncodingThreads } from './encodingThreads';
import { ms, sources } from './sources';

const BYTES = 2_000_000;
const ROUNDS = 7;
/** UTF-16 units of a text that others are encoded together with. */
const PIECE = 20_000;
const THREADS = 2;
const LONG = 500_000;
const root = join(import.meta.dirname, '../..');
const gpt2 = join(shared, 'tokenizers/gpt2');

interface Measured {
  ms: number;
  tokens: number;
}

export default { name: 'Tokenizing', run };

async function run() {
  const rows = pathological();
  if (!hasShared) {
    console.log('  skipped: beside others, which needs GPT-2’s files in ../shared/data');
    return rows;
  }
  const text = sources(2 * BYTES);
  const ours = tokenizerOf(gpt2);
  const json = JSON.parse(readFileSync(join(gpt2, 'tokenizer.json'), 'utf8'));
  const huggingFace = new HuggingFace(json, {});
  const tiktoken = new Tiktoken(r50k);
  const others: [string, (text: string) => number][] = [
    ['gpt-tokenizer', text => gptTokenizer(text).length],
    ['js-tiktoken', text => tiktoken.encode(text, [], []).length],
    ['@huggingface/tokenizers', text => huggingFace.tokenize(text).length],
  ];
  const [own, ...rivals] = inTurns(text, [
    text => ours.encode(text).ids.length,
    ...others.map(([, count]) => count),
  ]);
  const measured: [string, Measured][] = others.map(([name], i) => [name, rivals[i]!]);
  const python = process.env.TOKENSCOPE_PYTHON;
  const halves = [text.slice(0, BYTES), text.slice(BYTES)];
  if (python) measured.push(['tiktoken (Python and Rust)', ofTiktoken(python, ours, halves, 1)]);
  else
    console.log('  beside tiktoken: not measured, TOKENSCOPE_PYTHON names no Python that has it');
  for (const [name, { ms, tokens }] of measured) {
    if (tokens !== own!.tokens) throw new Error(`${name} finds ${tokens} tokens`);
    rows.push({
      label: '2 MB of source, warmed by another 2 MB',
      ratio: ms / own!.ms,
      rival: `the speed of ${name}`,
      ...(name === 'gpt-tokenizer' ? { budget: '>= 1.5' } : {}),
      detail: `${own!.ms.toFixed(0)} ms against ${ms.toFixed(0)} ms, best of ${ROUNDS}; ${tokens} tokens each`,
    });
  }
  if (python) rows.push(await inThreads(python, ours, text));
  return rows;
}

/**
 * Texts that are encoded together, by threads of both. The product encodes in one: these are threads of the bench, as
 * who uses its tokenizer in a program would start them.
 */
async function inThreads(python: string, tokenizer: Tokenizer, text: string) {
  const texts = Array.from({ length: text.length / PIECE }, (_, i) =>
    text.slice(i * PIECE, (i + 1) * PIECE),
  );
  const timed = texts.slice(texts.length / 2);
  const threads = new EncodingThreads(gpt2, THREADS);
  await threads.encode(texts.slice(0, texts.length / 2));
  const own = { ms: Infinity, tokens: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    own.tokens = await threads.encode(timed);
    own.ms = Math.min(own.ms, performance.now() - began);
  }
  await threads.end();
  const other = ofTiktoken(python, tokenizer, texts, THREADS);
  if (own.tokens !== other.tokens) throw new Error(`tiktoken finds ${other.tokens} tokens`);
  return {
    label: `2 MB of source in ${timed.length} texts, ${THREADS} threads each, ours those of the bench`,
    ratio: other.ms / own.ms,
    rival: 'the speed of tiktoken.encode_ordinary_batch',
    budget: '>= 1',
    detail: `${own.ms.toFixed(0)} ms against ${other.ms.toFixed(0)} ms, best of ${ROUNDS}; ${own.tokens} tokens each`,
  };
}

/** All in turns, the best of each, so that whatever else the machine does falls on all. */
function inTurns(text: string, counts: ((text: string) => number)[]): Measured[] {
  const [warming, timed] = [text.slice(0, BYTES), text.slice(BYTES)];
  for (const count of counts) count(warming);
  const best = counts.map(() => ({ ms: Infinity, tokens: 0 }));
  for (let round = 0; round < ROUNDS; round++) {
    counts.forEach((count, i) => {
      const took = ms(() => (best[i]!.tokens = count(timed)));
      best[i]!.ms = Math.min(best[i]!.ms, took);
    });
  }
  return best;
}

/** With the ranks of the same vocabulary, so that it loads nothing. The first half of the texts warms it. */
function ofTiktoken(
  python: string,
  tokenizer: Tokenizer,
  texts: readonly string[],
  threads: number,
): Measured {
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-bench-'));
  try {
    const ranks = Array.from({ length: tokenizer.vocabSize }, (_, id) => id)
      .filter(id => !tokenizer.isSpecial(id))
      .map(id => Buffer.from(tokenizer.bytesOf(id)).toString('base64'));
    writeFileSync(join(scratch, 'ranks'), `${ranks.join('\n')}\n`);
    writeFileSync(join(scratch, 'texts'), JSON.stringify(texts));
    const args = [
      '-m',
      'training.bench.tokenizer',
      join(scratch, 'ranks'),
      join(scratch, 'texts'),
      String(ROUNDS),
      String(threads),
    ];
    const { seconds, tokens } = JSON.parse(
      execFileSync(python, args, { cwd: root, encoding: 'utf8' }),
    );
    return { ms: seconds * 1000, tokens };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Each round has a tokenizer of its own: nothing is remembered. */
function pathological() {
  const folder = join(root, 'models/coder');
  const source = sources(LONG);
  const perByte = (text: string) => {
    let best = Infinity;
    for (let round = 0; round < ROUNDS; round++) {
      const tokenizer = tokenizerOf(folder);
      best = Math.min(
        best,
        ms(() => tokenizer.encode(text)),
      );
    }
    return (best * 1e6) / encodeUtf8(text).length;
  };
  const usual = perByte(source);
  return pathologicalTexts(LONG, source).map(([name, text]) => {
    const each = perByte(text);
    return {
      label: `a byte of ${LONG.toLocaleString('en')} characters, nothing cached: ${name}`,
      ratio: each / usual,
      rival: 'a byte of source',
      ...(name.includes('letter') ? { budget: '<= 3' } : {}),
      detail: `${each.toFixed(0)} ns against ${usual.toFixed(0)} ns`,
    };
  });
}
