// Merges one by one, compared with the encoding and with the lists in the files.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BpeTokenizer } from '../../../../src/core/tokenizer/bpe/bpe';
import { mergeSteps, piecesAfterSteps } from '../../../../src/core/tokenizer/bpe/mergeSteps';
import type { Tokenizer } from '../../../../src/core/tokenizer/tokenizer';
import { encodeUtf8 } from '../../../../src/core/text/utf8';
import { fuzzStrings, mulberry32 } from '../../../golden/fuzz';
import { sampleOf, seedOr } from '../../../support/seed';
import { hasShared, shared, tokenizerOf } from '../../../support/shared';
import { golden, models } from '../../../support/paths';

const source = readFileSync(join(golden, 'texts/typescript.ts.txt'), 'utf8');
const folders = {
  coder: join(models, 'coder'),
  gpt2: join(shared, 'tokenizers/gpt2'),
  qwen2: join(shared, 'tokenizers/qwen2'),
  'phi-3-mini (SentencePiece)': join(shared, 'tokenizers/phi-3-mini'),
  'cl100k_base (.tiktoken)': join(golden, 'ranks/cl100k_base'),
  'llama2.c': join(golden, 'ranks/llama2c'),
};

/** Texts of many kinds, with pretokens of up to 100 units, because the steps take quadratic time. */
function* texts(): Generator<string> {
  yield* fuzzStrings(seedOr(11), sampleOf(150, 400));
  yield source;
  const below = mulberry32(seedOr(5));
  const letters = 'etaoinshrdlu';
  for (let i = 0; i < sampleOf(100, 300); i++) {
    const length = 1 + below(40);
    yield Array.from({ length }, () => letters[below(letters.length)]).join('');
  }
}

function asBpe(tokenizer: Tokenizer): BpeTokenizer {
  if (tokenizer instanceof BpeTokenizer) return tokenizer;
  throw new Error(tokenizer.name);
}

describe.each(Object.entries(folders))('%s', (_, folder) => {
  test.skipIf(!hasShared && folder.startsWith(shared))(
    'the steps of every pretoken end with its tokens, and follow the merge table',
    () => {
      const tokenizer = asBpe(tokenizerOf(folder));
      const { alphabet, merger, whole } = tokenizer.parts;
      let merged = 0;
      let steps = 0;
      for (const text of texts()) {
        const { encoding, pretokens } = tokenizer.encodeByPretokens(text);
        expect(encoding).toEqual(tokenizer.encode(text));
        for (const pretoken of pretokens) {
          if (pretoken.text.length > 100 || whole?.(pretoken.text) !== undefined) continue;
          const symbols = new Int32Array(pretoken.text.length * 3);
          const count = alphabet.write(pretoken.text, 0, pretoken.text.length, symbols);
          const own = symbols.subarray(0, count);
          const made = mergeSteps(merger.merges, own);
          const states = piecesAfterSteps(own, made);
          const last = states.at(-1)!;
          const ids = encoding.ids.slice(pretoken.first, pretoken.end);
          expect(last.map(piece => piece.id)).toEqual([...ids]);
          expect(last.at(-1)!.end).toBe(count);
          made.forEach(({ at, rank, id }, step) => {
            const before = states[step]!;
            const handle = merger.merges.find(before[at]!.id, before[at + 1]!.id);
            expect([merger.merges.rankAt(handle), merger.merges.mergedAt(handle)]).toEqual([
              rank,
              id,
            ]);
            const parts = [before[at]!.id, before[at + 1]!.id].map(part => tokenizer.bytesOf(part));
            expect(Buffer.concat(parts)).toEqual(Buffer.from(tokenizer.bytesOf(id)));
          });
          merged++;
          steps += made.length;
        }
      }
      expect(merged).toBeGreaterThan(sampleOf(150, 400));
      expect(steps).toBeGreaterThan(sampleOf(700, 2000));
    },
  );
});

test('ranks are lines of the list of merges', () => {
  const file = JSON.parse(readFileSync(join(folders.coder, 'tokenizer.json'), 'utf8'));
  const tokenizer = asBpe(tokenizerOf(folders.coder));
  const spelled = new Map(Object.entries<number>(file.model.vocab).map(([text, id]) => [id, text]));
  const symbols = Int32Array.from(encodeUtf8('function'), byte =>
    tokenizer.idOf(String.fromCharCode(byte))!,
  );
  const steps = mergeSteps(tokenizer.parts.merger.merges, symbols);
  const states = piecesAfterSteps(symbols, steps);
  expect(steps.length).toBeGreaterThan(3);
  steps.forEach(({ at, rank }, step) => {
    const pair = [states[step]![at]!, states[step]![at + 1]!].map(({ id }) => spelled.get(id)!);
    const line: unknown = file.model.merges[rank];
    expect(typeof line === 'string' ? line.split(' ') : line).toEqual(pair);
  });
});
