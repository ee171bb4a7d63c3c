// Completions at 2,000 random places of unseen code and of texts in many scripts, in every form of the prompt: the
// text stays UTF-8, nothing of the suffix's beginning is said twice, and what is inserted is what its tokens spell.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { byteStringOf } from '../../src/core/exactBytes/byteString';
import { encodeUtf8, firstInvalidUtf8 } from '../../src/core/text/utf8';
import { completeAt } from '../../src/engine/completion/completer';
import { Model } from '../../src/engine/models/model';
import { RuntimeClient } from '../../src/engine/onnx/session/runtimeClient';
import type { CompletionOptions } from '../../src/protocol/completion';
import { unseenTexts } from '../bench/completionCuts';
import { EDITOR_OPTIONS } from '../support/closers';
import { textsToCut } from '../support/cuts';
import { bundleEngine } from '../support/engineBundle';
import { seedOr } from '../support/seed';
import { randomOf } from '../support/toys';

const CUTS = 2000;

test(`${CUTS} completions`, async () => {
  const runtime = join(await bundleEngine(), 'runtime.js');
  const folder = join(import.meta.dirname, '../../models/coder');
  const model = await Model.open(folder, 2048, () => new RuntimeClient(runtime));
  const random = randomOf(seedOr(31));
  const { texts: code, from } = unseenTexts();
  const scripts = textsToCut().filter(text => text.length > 20);
  const seen = { done: 0, empty: 0, refused: 0, joined: 0 };
  for (let i = 0; seen.done < CUTS; i++) {
    const texts = i % 4 === 3 ? scripts : code;
    const text = texts[Math.floor(random() * texts.length)]!;
    const at = Math.floor(random() * (text.length + 1));
    if ((text.charCodeAt(at) & 0xfc00) === 0xdc00) continue;
    const options: CompletionOptions = {
      ...EDITOR_OPTIONS,
      rollback: (['none', 'boundary', 'line'] as const)[i % 3]!,
      suffixFrom: i % 4 < 2 ? 'boundary' : 'cursor',
      mode: (['spm', 'psm', 'none'] as const)[Math.floor(i / 3) % 3]!,
      contextTokens: 256,
      maxTokens: 20,
      singleLine: i % 2 === 0,
      minProbability: 0,
      temperature: i % 5 === 4 ? 1 : 0,
      topP: 0.95,
      seed: i,
    };
    const { signal } = new AbortController();
    let view;
    try {
      view = await completeAt(model, text, at, options, signal);
    } catch (error) {
      // Text that is not in the tokenizer's normal form, or spells an added token.
      expect((error as Error).name).toBe('InexactError');
      seen.refused++;
      continue;
    }
    const [item] = view.items;
    const { insert, tokens, stopReason } = item!;
    const what = `${JSON.stringify(text.slice(Math.max(0, at - 60), at))} + ${JSON.stringify(insert)}`;
    const bytes = encodeUtf8(insert);
    const whole = encodeUtf8(text.slice(0, at) + insert + text.slice(at));
    expect(firstInvalidUtf8(whole), what).toBe(-1);
    expect(insert.includes('\ufffd') && !text.includes('\ufffd'), what).toBe(false);
    const spelled = Buffer.concat(tokens.map(token => token.bytes));
    const handed = Buffer.concat([view.rolledBack, bytes]);
    expect(spelled.subarray(0, handed.length).equals(handed), what).toBe(true);
    const suffix = encodeUtf8(text.slice(at, at + 2000));
    expect(repeated(byteStringOf(bytes), byteStringOf(suffix)), what).toBeLessThan(8);
    seen.done++;
    if (insert === '') seen.empty++;
    if (stopReason === 'join') seen.joined++;
  }
  model.dispose();
  expect(seen.refused).toBeLessThan(CUTS / 10);
  expect(seen.empty).toBeLessThan(CUTS / 2);
  console.log(`${from} and texts in many scripts:`, seen);
});

/** The most bytes, blanks left out, that a tail of the insertion shares with the suffix's beginning. */
function repeated(insert: string, suffix: string): number {
  let most = 0;
  for (let length = 1; length <= Math.min(insert.length, suffix.length); length++) {
    const tail = insert.slice(-length);
    if (tail === suffix.slice(0, length)) most = tail.replace(/[ \t\r\n]/g, '').length;
  }
  return most;
}
