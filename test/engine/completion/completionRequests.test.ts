// Completions of the built-in model, in its real thread.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { byteStringOf } from '../../../src/core/exactBytes/byteString';
import { ByteCursor } from '../../../src/core/exactBytes/byteCursor';
import { isMostlyRepeated } from '../../../src/core/completion/stopRules';
import { encodeUtf8, firstInvalidUtf8 } from '../../../src/core/text/utf8';
import { calibrate } from '../../../src/engine/completion/calibrate';
import { completeAt } from '../../../src/engine/completion/completer';
import { Model } from '../../../src/engine/models/model';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { Cancelled } from '../../../src/core/errors';
import type { CompletionItem, CompletionOptions } from '../../../src/protocol/completion';
import { bundleEngine } from '../../support/engineBundle';
import { readGoldenText } from '../../support/goldenTexts';
import {
  acceptAt,
  EDITOR_OPTIONS,
  textOf,
  writtenOf,
  type CloserPlace,
} from '../../support/closers';
import { isScriptBalanced } from '../../support/scriptBalance';
import { sampleOf, seedOr } from '../../support/seed';
import { randomOf } from '../../support/toys';

const CODE = 'import numpy as np\n\n\ndef mean(values):\n    return np.arr\n\n\nx = mean([1, 2])\n';
const AT = CODE.indexOf('np.arr') + 6;

let bundle: string;
let model: Model;

beforeAll(async () => {
  bundle = await bundleEngine();
  const folder = join(import.meta.dirname, '../../../models/coder');
  model = await Model.open(folder, 2048, () => new RuntimeClient(join(bundle, 'runtime.js')));
});
afterAll(() => {
  model.dispose();
});

const OPTIONS: CompletionOptions = {
  ...EDITOR_OPTIONS,
  maxTokens: 12,
  minProbability: 0,
  logprobs: true,
};

const at = (text: string, place: number, options: Partial<CompletionOptions> = {}) =>
  completeAt(model, text, place, { ...OPTIONS, ...options }, new AbortController().signal);

describe('a completion', () => {
  test('continues inside a word where the tokens before the cursor do not', async () => {
    const [exact] = (await at(CODE, AT, { mode: 'spm' })).items;
    expect(exact!.insert).toMatch(/^ay/);
    const [naive] = (await at(CODE, AT, { mode: 'spm', healings: ['none'] })).items;
    expect(naive!.insert).not.toMatch(/^ay/);
    expect(exact!.logprob!).toBeLessThan(0);
  });

  test('has the probability that its bytes have one by one', async () => {
    const view = await at(CODE, AT, { mode: 'none', maxTokens: 3 });
    const [item] = view.items;
    const cursor = await ByteCursor.openAt(
      model.byteRules,
      model.asTokenModel(),
      encodeUtf8(CODE.slice(0, AT)),
    );
    const before = cursor.logMass;
    for (const byte of encodeUtf8(writtenOf(item!))) await cursor.advance(byte);
    expect(item!.stopReason).toBe('tokens');
    expect(item!.logprob!).toBeCloseTo(cursor.logMass - before, 4);
  });

  test('is the text of its tokens after the bytes that were rolled back', async () => {
    for (const mode of ['psm', 'spm', 'none'] as const) {
      for (const rollback of ['none', 'boundary', 'line'] as const) {
        const view = await at(CODE, AT, { mode, rollback });
        const [item] = view.items as [CompletionItem];
        const [insert, { tokens }] = [writtenOf(item), item];
        const spelled = Buffer.concat(tokens.map(({ bytes }) => bytes)).toString('latin1');
        const rolledBack = Buffer.from(view.rolledBack).toString('latin1');
        expect(spelled.startsWith(rolledBack + Buffer.from(insert).toString('latin1'))).toBe(true);
        expect(CODE.slice(0, AT).endsWith(Buffer.from(view.rolledBack).toString())).toBe(true);
        if (mode === 'psm') expect(view.rolledBack.length > 0).toBe(rollback !== 'none');
        expect(view.seen.after > 0).toBe(mode !== 'none');
      }
    }
  });

  test('ends with the rest of a word if the model does not see it', async () => {
    const text = CODE.replace('np.arr', 'np.array(values)');
    const place = text.lastIndexOf('ues)');
    for (const mode of ['psm', 'spm'] as const) {
      const view = await at(text, place, { mode, suffixFrom: 'boundary' });
      const [{ insert, stopReason, logprob }] = view.items as [(typeof view.items)[0]];
      expect(Buffer.from(view.rolledForward).toString()).toBe('ues)');
      // The word is whole: nothing that the model could write is likelier than its rest and the end.
      expect([insert, stopReason]).toEqual(['', 'join']);
      expect(logprob!).toBeLessThan(0);
    }
  });

  test('lists equal candidates once', async () => {
    const text = 'for (const value of values) {\n  console.log(values);\n}\n';
    // Most candidates are no text there.
    const place = text.indexOf(';');
    const form = { mode: 'spm', suffixFrom: 'boundary', candidates: 6 } as const;
    const { items } = await at(text, place, form);
    const edits = items.map(({ insert, replaces }) => `${replaces} ${insert}`);
    expect(edits.length).toBeGreaterThan(1);
    expect(edits).toEqual([...new Set(edits)]);
  });

  test('leaves UTF-8 whole and repeats nothing of the suffix, at random places', async () => {
    const random = randomOf(seedOr(3));
    const texts = ['python.py.txt', 'typescript.ts.txt', 'scripts.md.txt'].map(readGoldenText);
    let written = 0;
    for (let i = 0; i < sampleOf(15, 45); i++) {
      const text = texts[i % 3]!;
      const place = Math.floor(random() * text.length);
      if ((text.charCodeAt(place) & 0xfc00) === 0xdc00) continue;
      const mode = (['psm', 'spm', 'none'] as const)[i % 3 === 2 ? Math.floor(i / 3) % 3 : i % 3]!;
      const singleLine = i % 2 === 0;
      const { items } = await at(text, place, { mode, singleLine, maxTokens: 24, logprobs: false });
      for (const { insert, replaces } of items) {
        const [bytes, suffix] = [encodeUtf8(insert), encodeUtf8(text.slice(place + replaces))];
        expect(firstInvalidUtf8(bytes)).toBe(-1);
        expect(insert).not.toContain('\ufffd');
        expect(isMostlyRepeated(byteStringOf(bytes), byteStringOf(suffix))).toBe(false);
        if (singleLine) expect(insert.trimStart()).not.toContain('\n');
        if (insert.trim() !== '') written++;
      }
    }
    expect(written).toBeGreaterThan(sampleOf(5, 15));
  });

  test('can have several candidates that start differently, or be drawn with a seed', async () => {
    const begun = (await at(CODE, AT, { mode: 'spm', candidates: 3 })).items;
    expect(new Set(begun.map(({ tokens }) => tokens.map(({ id }) => id).join())).size).toBe(3);
    const drawnBy = async (seed: number) =>
      (
        await at(CODE, AT, { mode: 'spm', candidates: 2, temperature: 1, topP: 0.9, seed })
      ).items.map(({ insert }) => insert);
    expect(await drawnBy(5)).toEqual(await drawnBy(5));
    expect(await drawnBy(5)).not.toEqual(await drawnBy(6));
  });

  test('ends when time is up, and before its probability drops below the minimum', async () => {
    const [late] = (await at(CODE, AT, { mode: 'spm', maxTimeMs: 0, logprobs: false })).items;
    expect(late!.stopReason).toBe('time');
    expect(late!.tokens.length).toBeLessThan(4);
    const [sure] = (await at(CODE, AT, { mode: 'spm', minProbability: 0.1 })).items;
    expect(sure!.stopReason).toBe('unsure');
    expect(Math.exp(sure!.logprob!)).toBeGreaterThan(0.1 * 0.9);
  });

  test('is reported as it is written, and stops within a step when cancelled', async () => {
    const reported: string[] = [];
    const controller = new AbortController();
    const options = { ...OPTIONS, mode: 'spm' as const, maxTokens: 200, singleLine: false };
    const done = completeAt(model, CODE, AT, options, controller.signal, insert => {
      reported.push(insert);
      if (reported.length === 3) controller.abort();
    });
    await expect(done).rejects.toThrow(Cancelled);
    expect(reported).toHaveLength(3);
    expect(reported[2]!.startsWith(reported[1]!)).toBe(true);
  });

  test('is the same with drafts of several tokens, and its prompt is in the model’s format', async () => {
    const text = readGoldenText('typescript.ts.txt');
    for (const place of [900, 1500, 2222]) {
      const options = { mode: 'spm', singleLine: false, alternatives: 2 } as const;
      const drafted = await at(text, place, options);
      const plain = await at(text, place, { ...options, drafts: false });
      const idsOf = (view: typeof plain) => view.items[0]!.tokens.map(({ id }) => id);
      expect(idsOf(drafted)).toEqual(idsOf(plain));
      expect(plain.prompt).toMatch(/^<\|fim_prefix\|><\|fim_suffix\|>/);
      const [token] = plain.items[0]!.tokens;
      expect(token!.top).toHaveLength(2);
      expect(token!.top[0]!.logprob).toBeGreaterThanOrEqual(token!.top[1]!.logprob);
    }
  });

  test('after a known text runs little more than its own tokens', async () => {
    await at(CODE, AT, { mode: 'spm', logprobs: false });
    const { modelTokens } = await at(CODE, AT, { mode: 'spm', logprobs: false });
    expect(modelTokens).toBeLessThan(12 + 10);
  });

  test('has a prompt that ends where what is rolled back begins, also where the tokenizer opens texts', async () => {
    const folder = join(import.meta.dirname, '../../../models/stories260K');
    const runtime = join(bundle, 'runtime.js');
    const stories = await Model.open(folder, 256, () => new RuntimeClient(runtime));
    try {
      for (const text of ['Once', 'Once upon a time, the']) {
        const options = { ...OPTIONS, alternatives: 2, maxTokens: 2, logprobs: false };
        const { signal } = new AbortController();
        const { prompt, rolledBack } = await completeAt(
          stories,
          text,
          text.length,
          options,
          signal,
        );
        expect(prompt + Buffer.from(rolledBack).toString()).toBe(text);
      }
    } finally {
      stories.dispose();
    }
  });
});

describe('before what an editor closed', () => {
  const accepted = async (marked: string, options: Partial<CompletionOptions> = {}) => {
    const place = marked.indexOf('|');
    const text = marked.slice(0, place) + marked.slice(place + 1);
    const own = { language: 'typescript', minProbability: 0.05, maxTokens: 48, ...options };
    const { items } = await at(text, place, own);
    const [{ insert, replaces, closes }] = items as [CompletionItem];
    const rest = text.slice(place + replaces);
    return { insert, replaces, closes, text: text.slice(0, place) + insert + rest };
  };
  const ADD = 'function add(a, b) {\n  return a + b;\n}\n';

  test('a closer is not written again', async () => {
    const call = await accepted(`${ADD}console.log(add(1, |));\n`);
    expect(call).toMatchObject({ insert: 'b', replaces: 0 });
    const quote = await accepted("const s = 'hello|';\n");
    expect(quote.text).toBe("const s = 'hello world';\n");
  });

  test('it is replaced where the line goes on after it', async () => {
    const call = await accepted(`${ADD}console.log(add(1, |))\n`);
    expect(call).toMatchObject({ insert: 'b));', replaces: 2 });
    expect(call.text.endsWith('console.log(add(1, b));\n')).toBe(true);
  });

  test('what the insertion opens is closed', async () => {
    const options = { minProbability: 0.01 };
    const callback = await accepted('describe("a", () => |)\n', options);
    expect(callback).toMatchObject({ insert: '{}', replaces: 0, closes: '}' });
    const method = await accepted('class A {\n  constructor(|)\n}\n', options);
    expect(method).toMatchObject({ insert: ') {}', replaces: 1, closes: '}' });
  });

  test('lines that were broken in the field stay balanced', async () => {
    for (const marked of [
      'console.log(add(1, |))\n',
      'const total = add(|)\n',
      'const names = users.map(user => |)\n',
      'export class Point {\n  constructor(public x: number, public y: number|) {}\n}\n',
      "greeting = 'hello |';\n",
      'function f(text) {\n  if (!text|)\n}\n',
      '{\n  f(\n    a,\n    |\n  );\n}\n',
    ]) {
      for (const minProbability of [0, 0.05]) {
        const { text } = await accepted(marked, { minProbability, maxTokens: 16 });
        expect(isScriptBalanced(text), text).toBe(true);
      }
    }
  });

  test('nothing begins another line between brackets of one line', async () => {
    for (const marked of [
      'const options = {|};\n',
      'function area(box) {|}\n',
      'describe("a", () => {|});\n',
      'class A {\n  constructor() {|}\n}\n',
      'const sizes = [|];\n',
    ]) {
      const { insert, text } = await accepted(marked, { minProbability: 0, maxTokens: 24 });
      expect(insert, marked).not.toContain('\n');
      expect(isScriptBalanced(text), text).toBe(true);
    }
  });

  test('on the line that Enter made between brackets it is not indented again, and nothing is closed', async () => {
    for (const marked of [
      'function area(box) {\n  |\n}\n',
      'function area(box) {\n    |\n}\n',
      'class A {\n  constructor(name) {\n    |\n  }\n}\n',
      'const options = {\n  |\n};\n',
      'const sizes = [\n  |\n];\n',
      'describe("a", () => {\n  it("is", () => {\n    |\n  });\n});\n',
    ]) {
      const { insert, text } = await accepted(marked, { minProbability: 0, maxTokens: 24 });
      expect(insert, marked).toMatch(/^(?:\S|$)/);
      expect(isScriptBalanced(text), text).toBe(true);
    }
  });

  test('the rest of a word is not written again, however the prompt is', async () => {
    for (const suffixFrom of ['auto', 'cursor', 'boundary'] as const) {
      const { insert } = await accepted('interface A {\n  rea|donly name: string;\n}\n', {
        suffixFrom,
        minProbability: 0,
      });
      expect(insert.startsWith('donly'), insert).toBe(false);
    }
  });

  test('a missing part of a word is written without the rest of the word', async () => {
    const marked = "const file = path.res|ve(folder, 'index.js');\n";
    for (const suffixFrom of ['cursor', 'boundary'] as const) {
      const { insert } = await accepted(marked, { suffixFrom, minProbability: 0 });
      expect(insert, suffixFrom).not.toMatch(/ve$/);
    }
    expect((await accepted(marked, { minProbability: 0 })).insert).toBe('ol');
  });

  test('lines with CR and LF get what lines with LF get', async () => {
    for (const marked of [
      `${ADD}console.log(add(1, |))\n`,
      `${ADD}|\n`,
      'if (a) {\n  b();\n} |\n\nc();\n',
    ]) {
      for (const singleLine of [true, false]) {
        const options = { singleLine, minProbability: 0, maxTokens: 16 };
        const { text } = await accepted(marked, options);
        const crlf = await accepted(marked.replaceAll('\n', '\r\n'), options);
        expect(crlf.text).toBe(text.replaceAll('\n', '\r\n'));
      }
    }
  });

  test('a file stays balanced at places of held-out code', async () => {
    const path = join(import.meta.dirname, '../../golden/completion/closers.jsonl');
    const places = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    let shown = 0;
    let exact = 0;
    for (const place of places.map(line => JSON.parse(line) as CloserPlace)) {
      if (place.lang === 'python' || !isScriptBalanced(textOf(place))) continue;
      const { item, result, written } = await acceptAt(model, place);
      expect(isScriptBalanced(result), `${place.path} ${item.insert}`).toBe(true);
      if (item.insert.trim() !== '') shown++;
      if (written === place.before + place.truth + place.after) exact++;
    }
    expect(shown).toBeGreaterThan(25);
    expect(exact).toBeGreaterThan(5);
  });
});

describe('a calibration', () => {
  const run = (
    texts: string[],
    cuts: number,
    signal = new AbortController().signal,
    onDone = () => {},
  ) => {
    const reported: number[] = [];
    const onProgress = (done: number) => {
      reported.push(done);
      onDone();
    };
    return calibrate(model, texts, cuts, 256, signal, onProgress).then(view => ({
      ...view,
      reported,
    }));
  };

  test('measures every form at the same cuts, the best first', async () => {
    const texts = ['python.py.txt', 'typescript.ts.txt'].map(readGoldenText);
    const { rows, chosen, cuts, reported } = await run(texts, 12);
    expect(cuts).toBe(12);
    expect(reported.at(-1)).toBe(24);
    const forms = rows.map(({ mode, rollback }) => `${mode} ${rollback}`).sort();
    expect(forms).toEqual(['none none', 'psm boundary', 'psm line', 'psm none', 'spm none']);
    expect(rows[0]).toMatchObject({ ...chosen, differs: [0, 0] });
    rows.slice(1).forEach((row, i) => {
      expect(row.bitsPerByte).toBeGreaterThanOrEqual(rows[i]!.bitsPerByte);
      expect(row.differs[0]).toBeLessThanOrEqual(row.bitsPerByte - rows[0]!.bitsPerByte);
      expect(row.differs[1]).toBeGreaterThanOrEqual(row.bitsPerByte - rows[0]!.bitsPerByte - 1e-9);
    });
    // With the text before the cursor only: the sum of the bytes' surprisals.
    const none = rows.find(({ mode }) => mode === 'none')!;
    expect(none.bitsPerByte).toBeGreaterThan(0.2);
    expect(none.bitsPerByte).toBeLessThan(4);
  });

  test('of lines with CR and LF is that of lines with LF', async () => {
    const text = readGoldenText('python.py.txt').slice(0, 800);
    const measured = async (whole: string) => {
      const { rows, inWords, ...rest } = await run([whole], 1);
      const all = [...rows, ...inWords];
      return { rows: all.map(row => ({ ...row, ms: 0 })), inWords: inWords.length, ...rest };
    };
    expect(await measured(text.replaceAll('\n', '\r\n'))).toEqual(await measured(text));
  });

  test('is refused if there is too little code, and can be cancelled', async () => {
    await expect(run(['x = 1\n'], 50)).rejects.toThrow(/Too little code.*0 of 50 places/);
    const controller = new AbortController();
    const texts = [readGoldenText('python.py.txt')];
    const done = run(texts, 50, controller.signal, () => controller.abort());
    await expect(done).rejects.toThrow(Cancelled);
  });
});
