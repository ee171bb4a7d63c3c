// Completions inside words of held-out code, by where the suffix that the model sees begins: how often the suggestion is
// the text that was there, how often it writes the rest of the word again, and the bits of the truth with its end.
//
// `TOKENSCOPE_WORK` has corpus/heldout.jsonl of `python -m training.coder.corpus --heldout`; `TOKENSCOPE_PLACES` is the
// number of places of each kind.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bitsOfMiddle } from '../../src/engine/completion/calibrate';
import { completeAt } from '../../src/engine/completion/completer';
import { Model } from '../../src/engine/models/model';
import { RuntimeClient } from '../../src/engine/onnx/session/runtimeClient';
import { EDITOR_OPTIONS } from '../support/closers';
import { bundleEngine } from '../support/engineBundle';
import { seedOr } from '../support/seed';
import { randomOf } from '../support/toys';

const root = join(import.meta.dirname, '../..');
const work = process.env.TOKENSCOPE_WORK ?? join(root, 'training/.work');
const path = join(work, 'corpus/heldout.jsonl');
const COUNT = Number(process.env.TOKENSCOPE_PLACES ?? 100);

/** whole: nothing is missing. part: the middle of a word is. before: a text that ends just before another word is. */
const kinds = ['whole', 'part', 'before'] as const;
type Kind = (typeof kinds)[number];

interface WordPlace {
  readonly lang: string;
  readonly kind: Kind;
  /** With the truth at `at`. */
  readonly text: string;
  readonly at: number;
  readonly truth: string;
  /** The rest of the word after the cursor. */
  readonly rest: string;
}

test.skipIf(!existsSync(path))(`${3 * COUNT} places inside words`, async () => {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  const files = lines.map(line => JSON.parse(line) as { lang: string; text: string });
  const random = randomOf(seedOr(5));
  const places = kinds.flatMap(kind => placesOf(files, kind, COUNT, random));
  const runtime = join(await bundleEngine(), 'runtime.js');
  const model = await Model.open(
    join(root, 'models/coder'),
    2048,
    () => new RuntimeClient(runtime),
  );
  const rows = [];
  for (const kind of kinds) {
    for (const suffixFrom of ['cursor', 'boundary'] as const) {
      const own = places.filter(place => place.kind === kind);
      rows.push({ kind, suffixFrom, ...(await measure(model, own, suffixFrom)) });
    }
  }
  model.dispose();
  console.table(rows);
  const own = rows.filter(({ suffixFrom }) => suffixFrom === 'boundary');
  expect(own.every(({ again }) => parseFloat(again) <= 0.5)).toBe(true);
});

async function measure(
  model: Model,
  places: readonly WordPlace[],
  suffixFrom: 'cursor' | 'boundary',
) {
  const found = { shown: 0, exact: 0, shownExact: 0, again: 0, bits: 0, bytes: 0 };
  const form = { mode: 'spm', rollback: 'line', suffixFrom } as const;
  for (const { lang, text, at, truth, rest } of places) {
    const without = text.slice(0, at) + text.slice(at + truth.length);
    const options = { ...EDITOR_OPTIONS, language: lang, suffixFrom };
    const { signal } = new AbortController();
    const view = await completeAt(model, without, at, options, signal);
    const { insert, replaces } = view.items[0]!;
    const isExact = insert === truth && replaces === 0;
    const isShown = insert.trim() !== '';
    found.shown += Number(isShown);
    found.exact += Number(isExact);
    found.shownExact += Number(isExact && isShown);
    found.again += Number(
      isShown && !isExact && (insert.startsWith(rest) || insert.endsWith(rest)),
    );
    found.bits += await bitsOfMiddle(model, { text, at, middle: truth }, form, 512, true);
    found.bytes += Buffer.byteLength(truth);
  }
  return {
    places: places.length,
    shown: percent(found.shown, places.length),
    exact: percent(found.exact, places.length),
    shownExact: percent(found.shownExact, found.shown),
    again: percent(found.again, found.shown),
    bitsPerPlace: (found.bits / places.length).toFixed(2),
    bitsPerByte: found.bytes ? (found.bits / found.bytes).toFixed(3) : '',
  };
}

function placesOf(
  files: readonly { lang: string; text: string }[],
  kind: Kind,
  count: number,
  random: () => number,
): WordPlace[] {
  const places: WordPlace[] = [];
  while (places.length < count) {
    const { lang, text } = files[Math.floor(random() * files.length)]!;
    if (text.includes('\r')) continue;
    const at = Math.floor(random() * text.length);
    if (!/\w\w$/.test(text.slice(Math.max(0, at - 2), at))) continue;
    const line = text.slice(at).split('\n', 1)[0]!.slice(0, 60);
    const ends = [...line.matchAll(ENDS[kind])].map(({ index }) => index);
    const usable = kind === 'whole' ? ends.filter(end => end === 0) : ends.filter(end => end > 1);
    const end = usable[Math.floor(random() * usable.length)];
    if (end === undefined) continue;
    const truth = line.slice(0, end);
    const rest = /^\w+/.exec(text.slice(at + end))![0];
    places.push({ lang, kind, text, at, truth, rest });
  }
  return places;
}

const ENDS: Readonly<Record<Kind, RegExp>> = {
  whole: /(?=\w\w)/g,
  part: /(?<=^\w+)(?=\w\w)/g,
  before: /(?<=\W)(?=\w\w)/g,
};

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}
