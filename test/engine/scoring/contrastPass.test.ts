// The contrast of the built-in pair over a document, across the engine's real threads.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lenses } from '../../../src/core/lenses/lenses';
import { contrastOf } from '../../../src/core/traces/contrast';
import { engineServer } from '../../../src/engine/server';
import { Document } from '../../../src/engine/documents/document';
import { Model } from '../../../src/engine/models/model';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { contrastRowsOf } from '../../../src/engine/scoring/contrastPass';
import type { ModelPair } from '../../../src/engine/scoring/modelPair';
import type { ScoreSummary } from '../../../src/protocol/scores';
import { mulberry32 } from '../../golden/fuzz';
import { bundleEngine } from '../../support/engineBundle';
import { seedOr } from '../../support/seed';
import { tokenizerOf } from '../../support/shared';

const models = join(import.meta.dirname, '../../../models/reasoner');
const { traces } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/reasoning/traces.json'), 'utf8'),
) as { traces: { problem: string; trace: string }[] };
const TEXT = `${traces[0]!.problem}\n${traces[0]!.trace}`;
const { signal } = new AbortController();

let bundle: string;
let start: () => RuntimeClient;
let documents: ReturnType<typeof engineServer>;
beforeAll(async () => {
  bundle = await bundleEngine();
  start = () => new RuntimeClient(join(bundle, 'runtime.js'));
  documents = engineServer(Model.opener(start), () => {});
  await open('base');
});
afterAll(async () => {
  await documents.openModel({ folder: join(models, '../stories260K'), contextLimit: 64 }, signal);
});

const open = (name: string, contextLimit = 512) =>
  documents.openModel({ folder: join(models, name), contextLimit }, signal);
let version = 0;
function setText(text: string) {
  version++;
  return documents.setDocument({ uri: 'a', version, text }, signal);
}
const at = () => ({ uri: 'a', version });
const score = (maxTokens = Infinity, utf16End = 0) =>
  documents.score(
    { passes: ['contrast'], ...at(), visible: [{ utf16Start: 0, utf16End }], maxTokens },
    signal,
  );
const view = async () =>
  await documents.view(
    {
      ...at(),
      range: { utf16Start: 0, utf16End: 1e9 },
      maxTokens: 1e6,
      passes: ['contrast'],
      contrast: { from: 0, centred: false },
    },
    signal,
  );

describe('the contrast of the pair that the folder names', () => {
  test('is what each model says of each token, and their divergence', async () => {
    await setText(TEXT);
    expect((await view()).pending).toBe((await view()).total);
    // A question alone opens no pair.
    const from = TEXT.length >> 1;
    const range = { utf16Start: 0, utf16End: 1e9 };
    const request = { ...at(), range, maxTokens: 1e6, passes: ['contrast'] as const };
    const answer = await documents.view({ ...request, contrast: { from, centred: false } }, signal);
    expect(answer.pending).toBe(answer.utf16Ends.filter(end => end > from).length);
    const done = (await score()) as ScoreSummary;
    expect(done.scored).toBe(done.total);
    const { scores, ids, pending, pair } = await view();
    expect(pending).toBe(0);
    expect(pair).toEqual({ positive: 'positive', negative: 'negative' });
    const [good, bad] = await Promise.all(
      ['positive', 'negative'].map(async name => {
        const model = await Model.open(join(models, name), 512, start);
        // One after the other, not as a path: another way to the same rows.
        const rows = [];
        for (let i = 0; i < ids.length; i++) {
          const before = [...ids.subarray(0, i)];
          rows.push(...(await model.asTokenModel().rows(before, [{ parent: -1, token: -1 }], [0])));
        }
        model.dispose();
        return rows;
      }),
    );
    ids.forEach((id, i) => {
      const expected = contrastOf(good![i]!, bad![i]!, id);
      const { positive, negative, divergences } = scores!.contrast!;
      expect(Math.abs(positive[i]! - expected.positive)).toBeLessThan(1e-4);
      expect(Math.abs(negative[i]! - expected.negative)).toBeLessThan(1e-4);
      expect(Math.abs(divergences[i]! - expected.divergence)).toBeLessThan(1e-4);
    });
  });

  test('leaves a question alone, and takes the median off where it is told to', async () => {
    await setText(TEXT);
    await score();
    const from = TEXT.indexOf(' ', TEXT.length / 2);
    const whole = { range: { utf16Start: 0, utf16End: 1e9 }, maxTokens: 1e6 };
    const contrast = { from, centred: true };
    const passes = ['contrast'] as const;
    const centred = await documents.view({ ...at(), ...whole, passes, contrast }, signal);
    const { positive, negative, centre } = centred.scores!.contrast!;
    expect(centred.pending).toBe(0);
    const ratios: number[] = [];
    centred.utf16Ends.forEach((end, row) => {
      if (end <= from) expect(positive[row]).toBeNaN();
      else ratios.push(negative[row]! - positive[row]!);
    });
    ratios.sort((a, b) => a - b);
    const half = ratios.length / 2;
    const median = (ratios[Math.ceil(half) - 1]! + ratios[Math.floor(half)]!) / 2;
    expect(centre).toBeCloseTo(median, 6);
    centred.ids.forEach((_, row) => {
      if (Number.isNaN(positive[row])) return;
      const ratio = negative[row]! - positive[row]!;
      const drawn = lenses.contrast.value(centred.scores, row);
      expect(drawn * Math.LN2).toBeCloseTo(ratio - median, 5);
    });
    const peak = await documents.peak(
      { ...at(), lens: 'contrast', from: 0, direction: 1, contrast },
      signal,
    );
    expect(peak!.utf16End).toBeGreaterThan(from);
  });

  test('is kept before an edit, and stops where it was told to', async () => {
    await setText(TEXT);
    await score();
    const before = (await view()).scores!.contrast!;
    const utf16Start = TEXT.length - 8;
    version++;
    const edits = [{ utf16Start, utf16End: utf16Start + 1, text: 'x' }];
    await documents.editDocument({ uri: 'a', version, edits }, signal);
    const after = await view();
    expect(after.pending).toBeLessThan(20);
    expect(after.pending).toBeGreaterThan(0);
    const known = after.total - after.pending;
    expect([...after.scores!.contrast!.positive.subarray(0, known)]).toEqual([
      ...before.positive.subarray(0, known),
    ]);
    await setText(TEXT.repeat(5));
    const done = (await score(0, 20)) as ScoreSummary;
    expect(done.scored).toBeGreaterThan(3);
    expect(done.scored).toBeLessThan(done.total);
  });

  test('of a text longer than the context is scored in windows, and leads to peaks', async () => {
    await open('base', 96);
    await setText(TEXT);
    const done = (await score()) as ScoreSummary;
    expect(done.scored).toBe(done.total);
    expect(done.total).toBeGreaterThan(96);
    const peak = await documents.peak({ ...at(), lens: 'contrast', from: 0, direction: 1 }, signal);
    expect(peak).not.toBeNull();
    const { scores, utf16Starts } = await view();
    const { positive, negative } = scores!.contrast!;
    const sizes = Array.from(positive, (value, i) => Math.abs(negative[i]! - value));
    const own = sizes[utf16Starts.indexOf(peak!.utf16Start)]!;
    expect(sizes.filter(size => size > own).length).toBeLessThan(0.06 * sizes.length);
    await open('base');
  });
});

test('rows that are kept by edits are those of the same tokens after the same ones', () => {
  const tokenizer = tokenizerOf(join(models, 'base'));
  const [pair, model] = [{ rows: new WeakMap() } as ModelPair, { tokenizer } as Model];
  const draw = mulberry32(seedOr(7));
  let text = TEXT.slice(0, 200);
  const document = new Document('edited', 0, text);
  let kept = 0;
  for (let version = 1; version <= 100; version++) {
    const { ids, positive, negative, divergences } = contrastRowsOf(pair, model, document);
    expect(ids).toEqual(tokenizer.encode(text).ids);
    let hash = 1;
    for (const [row, id] of ids.entries()) {
      hash = (Math.imul(hash, 31) + id) % 65_521;
      for (const column of [positive, negative, divergences]) {
        if (column[row] === hash) kept++;
        else if (!Number.isNaN(column[row])) expect([row, column[row]]).toEqual([row, hash]);
        column[row] = hash;
      }
    }
    // A letter for a letter leaves as many tokens as there were.
    const at = draw(text.length);
    const inserted = ['x', '7', '', text.slice(0, draw(9))][draw(4)]!;
    document.edit(version, [{ utf16Start: at, utf16End: at + 1, text: inserted }]);
    text = text.slice(0, at) + inserted + text.slice(at + 1);
  }
  expect(kept).toBeGreaterThan(1000);
});

describe('a pair that is chosen', () => {
  test('may be one model with two prompts', async () => {
    await setText(TEXT);
    const members = {
      positive: { folder: '', prompt: `${traces[1]!.problem}\n` },
      negative: { folder: '' },
    };
    await documents.choosePair({ members }, signal);
    const done = (await score()) as ScoreSummary;
    expect(done.scored).toBe(done.total);
    const { pair, scores } = await view();
    expect(pair!.positive).toMatch(/^base after “/);
    expect(scores!.contrast!.divergences.some(value => value > 0.01)).toBe(true);
  });

  test('leaves the open one where it cannot be opened itself', async () => {
    await setText(TEXT);
    await documents.choosePair({}, signal);
    await score();
    const before = (await view()).pair!;
    const member = (folder: string) => ({ folder: folder && join(models, folder) });
    const members = { positive: member('../absent'), negative: member('') };
    await expect(documents.choosePair({ members }, signal)).rejects.toThrow(/not found/);
    expect((await view()).pair).toEqual(before);
    // To be opened at once, whether one is open or not.
    await open('base');
    await setText(TEXT);
    await expect(documents.choosePair({ members, opensNow: true }, signal)).rejects.toThrow(
      /not found/,
    );
    const done = (await score()) as ScoreSummary;
    expect(done.scored).toBe(done.total);
    expect((await view()).pair).toEqual(before);
  });

  test('is refused with what is wrong and what to do', async () => {
    await setText(TEXT);
    const refusedFor = async (positive: string, negative: string) => {
      const members = { positive: { folder: positive }, negative: { folder: negative } };
      // No pair is open then: the one that is chosen is opened when it is asked for.
      await open('base');
      await setText(TEXT);
      await documents.choosePair({ members }, signal);
      return (await score()) as { refused: string };
    };
    expect((await refusedFor('', '')).refused).toMatch(/These two are the same/);
    const stories = join(models, '../stories260K');
    expect((await refusedFor(stories, '')).refused).toMatch(
      /has another tokenizer than base.*Difference by byte/,
    );
    expect((await refusedFor('/nowhere', '')).refused).toMatch(/not found/);
    await documents.choosePair({}, signal);
    await open('../stories260K');
    expect(((await score()) as { refused: string }).refused).toMatch(/Choose a Pair/);
    await open('base');
  });
});
