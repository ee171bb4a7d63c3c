// Completions before closers that an editor wrote by itself, at places of held-out code: accepted, they leave a balanced
// file balanced. TypeScript's scanner judges scripts, Python's `tokenize` judges Python.
//
// `TOKENSCOPE_WORK` has report/closers.jsonl of `python -m training.coder.closers`; `TOKENSCOPE_PYTHON` names the
// interpreter; `TOKENSCOPE_PLACES` is the number of places.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Balance } from '../../src/core/completion/balance';
import { isNoise } from '../../src/core/completion/middle';
import { bitsOfMiddle } from '../../src/engine/completion/calibrate';
import { Model } from '../../src/engine/models/model';
import { RuntimeClient } from '../../src/engine/onnx/session/runtimeClient';
import { acceptAt, textOf, type Accepted, writtenOf, type CloserPlace } from '../support/closers';
import { bundleEngine } from '../support/engineBundle';
import { isScriptBalanced } from '../support/scriptBalance';

const root = join(import.meta.dirname, '../..');
const work = process.env.TOKENSCOPE_WORK ?? join(root, 'training/.work');
const path = join(work, 'report/closers.jsonl');
const COUNT = Number(process.env.TOKENSCOPE_PLACES ?? 1000);

test.skipIf(!existsSync(path))(`${COUNT} places before closers`, async () => {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  const all = lines.map(line => JSON.parse(line) as CloserPlace);
  const areBalanced = balancedOf(all.map(place => [place.lang, textOf(place)]));
  const places = all.filter((_, i) => areBalanced[i]).slice(0, COUNT);
  const runtime = join(await bundleEngine(), 'runtime.js');
  const model = await Model.open(
    join(root, 'models/coder'),
    2048,
    () => new RuntimeClient(runtime),
  );
  const accepted: Accepted[] = [];
  for (const place of places) accepted.push(await acceptAt(model, place));
  const bits = await bitsPerByte(model, places);
  const rulings = rulingsOf(places);
  model.dispose();
  const stayed = balancedOf(accepted.map(({ place, result }) => [place.lang, result]));
  const rows = ['typescript', 'javascript', 'python', 'all'].map(lang => {
    const own = accepted.map((one, i) => ({ ...one, isBalanced: stayed[i] }));
    const these = own.filter(({ place }) => lang === 'all' || place.lang === lang);
    const shown = these.filter(({ item }) => item.insert.trim() !== '');
    const broken = shown.filter(({ isBalanced }) => !isBalanced);
    if (lang === 'all') broken.forEach(show);
    const noise = shown.filter(({ item }) => isNoise(writtenOf(item)));
    const isExact = ({ place, written }: Accepted) =>
      written === place.before + place.truth + place.after;
    const times = these.map(({ ms }) => ms).sort((a, b) => a - b);
    return {
      lang,
      places: these.length,
      shown: shown.length,
      breaks: percent(broken.length, shown.length),
      exact: percent(these.filter(isExact).length, these.length),
      noise: noise.length,
      noiseExact: percent(noise.filter(isExact).length, noise.length),
      medianMs: Math.round(times[times.length >> 1] ?? 0),
      modelTokens: (these.reduce((sum, one) => sum + one.modelTokens, 0) / these.length).toFixed(1),
    };
  });
  console.table(rows);
  console.log('bits per byte of the truth, with the closers seen or left to the model:');
  console.table(bits);
  console.log('truths by the rule of balance:', rulings);
  expect(parseFloat(rows.at(-1)!.breaks)).toBeLessThanOrEqual(0.5);
});

/**
 * Bits per byte of the truth with its end, where the model sees the closers as a part of what follows, and where it is to
 * write them. `same`: the same text in both. `shorter`: where the truth ends with the closers, without them where they are seen.
 */
async function bitsPerByte(model: Model, places: readonly CloserPlace[]) {
  const form = { mode: 'spm', rollback: 'line', suffixFrom: 'cursor' } as const;
  const bitsOf = (before: string, middle: string, after: string) =>
    bitsOfMiddle(
      model,
      { text: before + middle + after, at: before.length, middle },
      form,
      512,
      true,
    );
  const same = { places: 0, seen: 0, left: 0, bytes: 0 };
  const shorter = { places: 0, seen: 0, left: 0, bytes: 0 };
  for (const { before, closers, truth, after } of places) {
    const left = await bitsOf(before, truth, after);
    const bytes = Buffer.byteLength(truth);
    same.places++;
    same.seen += await bitsOf(before, truth, closers + after);
    same.left += left;
    same.bytes += bytes;
    if (!truth.endsWith(closers) || truth === closers) continue;
    shorter.places++;
    shorter.seen += await bitsOf(before, truth.slice(0, -closers.length), closers + after);
    shorter.left += left;
    shorter.bytes += bytes - closers.length;
  }
  return Object.entries({ same, shorter }).map(([truth, { places, seen, left, bytes }]) => ({
    truth,
    places,
    seen: (seen / bytes).toFixed(3),
    left: (left / bytes).toFixed(3),
  }));
}

/** What the rule of balance makes of the truths: let through, let through with what closes them, or cut. */
function rulingsOf(places: readonly CloserPlace[]) {
  const found = { balanced: 0, closed: 0, cut: 0 };
  for (const place of places) {
    const { before, lang, closers, truth } = place;
    const balance = new Balance(textOf(place), before.length, lang);
    const missing = balance.missingAfter(truth, closers.length);
    if (missing === '') found.balanced++;
    else if (missing !== undefined) found.closed++;
    else {
      found.cut++;
      const line = before.slice(before.lastIndexOf('\n') + 1);
      console.log('cut truth:', place.lang, JSON.stringify([line, truth, closers]));
    }
  }
  return found;
}

function show({ place, item }: Accepted): void {
  const line = place.before.slice(place.before.lastIndexOf('\n') + 1);
  console.log(
    place.lang,
    JSON.stringify([line, item.insert, place.closers]),
    item.replaces,
    item.stopReason,
  );
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}

/** [text]; the Python interpreter is asked once for all of its texts. */
function balancedOf(texts: readonly (readonly [lang: string, text: string])[]): boolean[] {
  const python = process.env.TOKENSCOPE_PYTHON ?? 'python3';
  const input = texts.filter(([lang]) => lang === 'python').map(([, text]) => JSON.stringify(text));
  const judge = ['-m', 'training.coder.closers', '--judge'];
  const options = {
    cwd: root,
    input: input.join('\n'),
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  } as const;
  const answers = execFileSync(python, judge, options).split('\n');
  return texts.map(([lang, text]) =>
    lang === 'python' ? JSON.parse(answers.shift()!) === true : isScriptBalanced(text),
  );
}
