// Where an incomplete text may be split, compared with all continuations of a few characters.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { byteStringOf } from '../../../src/core/exactBytes/byteString';
import { BoundaryHypotheses } from '../../../src/core/exactBytes/boundaryHypotheses';
import { UNSETTLED_PRETOKENS } from '../../../src/core/exactBytes/lookahead';
import { lookaheadOfSteps } from '../../../src/core/exactBytes/splitLookahead';
import { stepsOf } from '../../../src/core/tokenizer/files/pipelineSteps';
import { splitsOfByteLevel } from '../../../src/core/tokenizer/files/preTokenizers';
import { scanGpt2 } from '../../../src/core/tokenizer/patterns/gpt2';
import { scanO200k, scanTekken } from '../../../src/core/tokenizer/patterns/o200k';
import { splitBy, type Scan } from '../../../src/core/tokenizer/patterns/scan';
import {
  scanCl100k,
  scanLlama3,
  scanQwen2,
  scanQwen35,
} from '../../../src/core/tokenizer/patterns/cl100k';
import type { Belongs } from '../../../src/core/tokenizer/unicode/ranges';
import { describedAs, type StepKind } from '../../../src/core/tokenizer/patterns/splitStep';
import { encodeUtf8, utf8Length } from '../../../src/core/text/utf8';
import { golden } from '../../support/paths';
import { sampleOf, seedOr } from '../../support/seed';
import { pick, randomOf, type Random } from '../../support/toys';

const families = JSON.parse(readFileSync(join(golden, 'families.json'), 'utf8')) as {
  families: Record<string, { pre_tokenizer: unknown }>;
};

// Every class and every letter of a contraction, with characters beyond ASCII of each length.
const CHARACTERS = [
  ...'abstrevmldSLREA',
  ...'019²',
  ...'!?_-/',
  ..."'''",
  ...'   \n\r\t\u00a0\u3000\u0085\ufeff',
  ...'éſ日、ǅʰ\u0301😀𝐀𝟙',
  // For DeepSeek: in the range of ideographs but white space, a number or a symbol; after it; and digits of Rust alone.
  ...('\u2003㈠→가' + String.fromCodePoint(0x11de1)),
];
const FUTURES = [...new Set(CHARACTERS)].flatMap(a => [
  '',
  a,
  ...[...new Set(CHARACTERS)].map(b => a + b),
]);
const THIRD = ['a', 'e', 'l', "'", ' ', '\n', '1', '!'];

function randomString(random: Random, length: number): string {
  return Array.from({ length }, () => pick(random, CHARACTERS)).join('');
}

/** All of them, neighbours far apart. */
function* scattered<T>(all: readonly T[], random: Random): Generator<T> {
  const divides = (n: number, m: number): boolean => (m === 0 ? n > 1 : divides(m, n % m));
  let step = Math.ceil(0.618 * all.length);
  while (divides(all.length, step)) step++;
  const first = Math.floor(random() * all.length);
  for (let i = 0; i < all.length; i++) yield all[(first + i * step) % all.length]!;
}

/** How many continuations are tried at least: each may cause a split that was not found. */
const TRIED = sampleOf(250, Infinity);

/** Every continuation causes a split that was found, and every one that was found is caused by one of them. */
function expectCaused(
  found: readonly (readonly number[])[],
  futures: Iterable<string>,
  what: string,
  splitBefore: (future: string) => readonly number[],
): void {
  const known = new Set(found.map(ends => ends.join()));
  expect(known.size, what).toBe(found.length);
  const uncaused = new Set(known);
  let tried = 0;
  for (const future of futures) {
    if (tried++ >= TRIED && uncaused.size === 0) break;
    const ends = splitBefore(future).join();
    if (!known.has(ends)) expect.fail(`${what}: ${JSON.stringify(future)} splits at [${ends}]`);
    uncaused.delete(ends);
  }
  expect([...uncaused], what).toEqual([]);
}

const scansOf = (family: string) =>
  splitsOfByteLevel(stepsOf(families.families[family]!.pre_tokenizer, '', 'pretokenizers')).scans;

test('steps are known in the sequences of models, and while no run takes in white space of a line', () => {
  const step = (kind: StepKind, takes: Belongs = code => code === 0x61) => {
    const scan: Scan = (_text, from) => from;
    return describedAs(scan, { kind, classes: [takes], scanOver: () => scan });
  };
  const steps = (takes?: Belongs) => [
    step('line end', () => true),
    step('spaced run'),
    step('spaced run', takes),
    step('run'),
    step('digit'),
  ];
  expect(lookaheadOfSteps(steps())).toBeDefined();
  // A no-break space is none of a line.
  expect(lookaheadOfSteps(steps(code => code === 0xa0))).toBeDefined();
  for (const space of [0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20]) {
    expect(lookaheadOfSteps(steps(code => code === space))).toBeUndefined();
    const runs = steps();
    runs[3] = step('run', code => code === space);
    expect(lookaheadOfSteps(runs)).toBeUndefined();
  }
  expect(lookaheadOfSteps(steps().slice(1))).toBeUndefined();
  expect(lookaheadOfSteps(steps().reverse())).toBeUndefined();
  // A step that nothing is known of.
  expect(lookaheadOfSteps([...steps(), (_text, from) => from])).toBeUndefined();
  expect(lookaheadOfSteps([])).toBeUndefined();
});

describe.each<[string, Scan | readonly Scan[]]>([
  ['GPT-2', scanGpt2],
  ['cl100k', scanCl100k],
  ['Llama 3', scanLlama3],
  ['Qwen2', scanQwen2],
  ['Qwen3.5', scanQwen35],
  ['o200k', scanO200k],
  ['Tekken', scanTekken],
  ['Digits and GPT-2', scansOf('starcoder')],
  ['DeepSeek Coder', scansOf('deepseek-coder')],
  ['DeepSeek V2', scansOf('deepseek-v2')],
  ['DeepSeek V3', scansOf('deepseek-v3')],
])('%s', (name, given) => {
  const scans = [given].flat();
  const found = lookaheadOfSteps(scans)!;
  const hypotheses = new BoundaryHypotheses(found.scan, found.lookahead);
  const endsOf = (text: string) => {
    const ends: number[] = [];
    splitBy(scans, text, 0, text.length, (_at, end) => ends.push(utf8Length(text, 0, end)));
    return ends;
  };

  test('the witnesses cause every split that some continuation of up to three characters causes', () => {
    const random = randomOf(seedOr(1));
    let open = 0;
    const contractions = [
      "'re",
      "x'VE",
      "'ll",
      "''l",
      "'lle",
      "I'r",
      "'Rea",
      " 's",
      "'m'",
      "'ſ",
      "x'ſa",
      'ªABC',
      "ªAB'r",
      'aªA!/',
    ];
    for (let round = 0; round < 150; round++) {
      const text = contractions[round] ?? randomString(random, 1 + Math.floor(random() * 6));
      const { length } = encodeUtf8(text);
      const tail = pick(random, THIRD);
      const futures = [...FUTURES, ...FUTURES.map(future => future + tail)];
      const found = hypotheses.boundariesFor(byteStringOf(encodeUtf8(text)));
      expectCaused(found, scattered(futures, random), JSON.stringify(text), future =>
        endsOf(text + future).filter(end => end <= length),
      );
      if (found.length > 1) open++;
    }
    expect(open).toBeGreaterThan(75);
  });

  test('also if the text ends inside a character', () => {
    const random = randomOf(seedOr(2));
    for (let round = 0; round < 40; round++) {
      const text = randomString(random, Math.floor(random() * 5));
      const cut = pick(random, ['é', 'ſ', '日', '、', '😀', '𝐀', '\u00a0', '\u3000']);
      const bytes = encodeUtf8(cut);
      const kept = 1 + Math.floor(random() * (bytes.length - 1));
      const { length } = encodeUtf8(text);
      const futures = charactersFrom(bytes.subarray(0, kept)).flatMap(character =>
        ['', 'a', ' ', '\n', '!', "'", '1', '日'].map(future => character + future),
      );
      const all = byteStringOf(encodeUtf8(text)) + byteStringOf(bytes.subarray(0, kept));
      const found = hypotheses.boundariesFor(all);
      const what = JSON.stringify([text, cut, kept]);
      expectCaused(found, scattered(futures, random), what, future =>
        endsOf(text + future).filter(end => end <= length),
      );
    }
  });

  test('a boundary followed by two pretokens stays, whatever follows', () => {
    const random = randomOf(seedOr(3));
    for (let round = 0; round < sampleOf(150, 400); round++) {
      const text = randomString(random, 2 + Math.floor(random() * 8));
      const settled = endsOf(text).slice(0, -UNSETTLED_PRETOKENS);
      if (settled.length === 0) continue;
      for (let i = 0; i < 40; i++) {
        const longer = endsOf(text + randomString(random, 1 + Math.floor(random() * 4)));
        expect(longer.slice(0, settled.length), JSON.stringify(text)).toEqual(settled);
      }
    }
  });

  test('one set of boundaries per split, for a possible contraction', () => {
    // The letters of a contraction are witnesses: `'v` may become `'ve`.
    const ways = hypotheses.boundariesFor("I'v").map(ends => ends.join());
    expect(ways.includes('1')).toBe(!/^DeepSeek (Coder|V2)$/.test(name));
    expect(hypotheses.boundariesFor('\xff')).toEqual([]);
    expect(hypotheses.boundariesFor('a\xed\xa0')).toEqual([]);
    expect(hypotheses.boundariesFor('')).toEqual([[]]);
  });
});

const known = new Map<string, string[]>();

/** Characters whose UTF-8 begins with the bytes: all of two bytes, every 37th of the others, and those of the texts. */
function charactersFrom(start: Uint8Array): string[] {
  let found = known.get(start.join());
  if (found) return found;
  const begins = (character: string) => {
    const bytes = encodeUtf8(character);
    return start.every((byte, i) => byte === bytes[i]);
  };
  known.set(start.join(), (found = CHARACTERS.filter(begins)));
  const length = start[0]! < 0xe0 ? 2 : start[0]! < 0xf0 ? 3 : 4;
  const rest = Array.from({ length: length - 1 }, (_, i) => (start[i + 1] ?? 0) & 0x3f);
  const first = rest.reduce((code, bits) => (code << 6) | bits, start[0]! & (0x7f >> length));
  const end = first + 64 ** (length - start.length);
  for (let code = first; code < end; code += length === 2 || start.length > 1 ? 1 : 37) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = code <= 0x10ffff ? String.fromCodePoint(code) : '';
    if (begins(character)) found.push(character);
  }
  return found;
}
