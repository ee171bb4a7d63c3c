// What is known of a text's scores while it is edited, against scoring the text anew.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyScores } from '../../../src/core/lenses/scores';
import { TokenStream } from '../../../src/core/text/stream/tokenStream';
import { loadTokenizer } from '../../../src/core/tokenizer/files/loadTokenizer';
import { windowsOf } from '../../../src/core/text/contextWindows';
import { Document } from '../../../src/engine/documents/document';
import type { ScoredWindow } from '../../../src/engine/scoring/scoredWindows';
import { mulberry32 } from '../../golden/fuzz';
import { seedOr } from '../../support/seed';

const root = join(import.meta.dirname, '../../..');
const file = JSON.parse(readFileSync(join(root, 'models/coder/tokenizer.json'), 'utf8'));
const CONTEXT = 32;

/** Stands for a model: a number that depends on all tokens of the window up to the row's. */
function scoreOf(ids: ArrayLike<number>, start: number, token: number): number {
  let hash = 1;
  for (let i = start; i <= token; i++) hash = (Math.imul(hash, 31) + ids[i]!) % 65_521;
  return hash;
}

/** Scores a window's rows up to `end`, as a pass does that is cancelled there. */
function score(scored: ScoredWindow, end: number): void {
  const { window, ids } = scored;
  for (let token = window.ownStart; token < end; token++) {
    if (scored.knows(token)) continue;
    const row = emptyScores(1, 1);
    row.logprobs[0] = scoreOf(ids, 0, token - window.start);
    scored.take(row, 0, 1, token);
  }
}

const steps = {
  'encoded in segments': {},
  'encoded whole': {
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
  },
};

test.each(Object.entries(steps))('edits of a text %s leave scores that stand', (_, step) => {
  const tokenizer = loadTokenizer({ 'tokenizer.json': { ...file, ...step } });
  const endsLine = (id: number) => tokenizer.bytesOf(id).includes(0x0a);
  const rule = { context: CONTEXT, endsLine };
  const draw = mulberry32(seedOr(5));
  let text = readFileSync(join(root, 'esbuild.mjs'), 'utf8').slice(0, 2000);
  const document = new Document('text', 0, text);
  let kept = 0;
  let version = 0;
  for (let round = 0; round < 200; round++) {
    const windows = document.windowsBy(tokenizer, rule, 1);
    for (const scored of windows.all()) {
      if (draw(3) === 0) continue;
      const { ownStart, end } = scored.window;
      score(scored, ownStart + draw(end - ownStart + 1));
    }
    const before = new TokenStream(tokenizer, text).tokens().ids;
    // Two edits, so that the second may change what the first left; at the end the last window grows.
    for (let count = 2; count > 0; count--) {
      const at = draw(3) === 0 ? text.length : draw(text.length + 1);
      const end = Math.min(text.length, at + draw(12));
      const inserted = ['x', '\n', ' const', '', 'ü(\n)', text.slice(0, draw(40))][draw(6)]!;
      document.edit(++version, [{ utf16Start: at, utf16End: end, text: inserted }]);
      text = text.slice(0, at) + inserted + text.slice(end);
    }
    const { ids } = document.streamBy(tokenizer).tokens();
    const { scores, pending } = document.scoresOf(0, ids.length);
    const known = scores.logprobs.filter(value => !Number.isNaN(value)).length;
    expect(pending).toBe(ids.length - known);
    expect(document.windowsBy(tokenizer, rule, 1).scored).toBe(known);
    for (const { start, ownStart, end } of windowsOf(ids.length, CONTEXT, i => endsLine(ids[i]!))) {
      for (let token = ownStart; token < end; token++) {
        const value = scores.logprobs[token]!;
        if (Number.isNaN(value)) continue;
        const stands = [
          value === scoreOf(ids, start, token),
          scores.contexts[token] === token - start,
          ids[token] === before[token],
        ];
        if (stands.includes(false)) expect([token, ...stands]).toBe('a score that stands');
        kept++;
      }
    }
  }
  expect(kept).toBeGreaterThan(5000);
});

test('an edit forgets no score of a token before it', () => {
  const tokenizer = loadTokenizer({ 'tokenizer.json': file });
  const text = 'const a = b + c;\n'.repeat(100);
  const document = new Document('text', 0, text);
  const windows = document.windowsBy(tokenizer, { context: CONTEXT, endsLine: () => true }, 1);
  for (const scored of windows.all()) score(scored, scored.window.end);
  const at = 700;
  const { first } = document.streamBy(tokenizer).tokensIn(at, at);
  document.edit(1, [{ utf16Start: at, utf16End: at, text: 'let' }]);
  // The token before the edit may be another one now.
  expect(document.scoresOf(0, first - 1).pending).toBe(0);
  expect(document.scoresOf(first, first + 10).pending).toBe(10);
});
