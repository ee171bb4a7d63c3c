// Completions against enumeration, for random merges, patterns, models and texts that may end inside a character.
import { describe, expect, test } from 'vitest';
import { byteStringOf, bytesOf } from '../../../src/core/exactBytes/byteString';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { incompleteFrom } from '../../../src/core/exactBytes/utf8Characters';
import { exactStarts } from '../../../src/core/completion/healingStarts';
import {
  sampledChoices,
  END,
  likeliestChoices,
  massOfAll,
} from '../../../src/core/completion/tokenChoice';
import { completeAtCursor } from '../../../src/core/completion/complete';
import { TrunkRows, pathOf } from '../../../src/core/completion/trunkRows';
import { lineLogprob, textLogprob } from '../../../src/core/completion/textLogprob';
import type { Tokenizer } from '../../../src/core/tokenizer/tokenizer';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { Oracle } from '../../support/byteOracle';
import { CompletionOracle } from '../../support/completionOracle';
import { sampleOf, seedsOr, someOf } from '../../support/seed';
import {
  ALPHABETS,
  modelOf,
  PATTERNS,
  pick,
  randomModel,
  randomOf,
  randomText,
  randomToy,
  TOY_CYCLE,
  type Random,
  type TestModel,
  type Toy,
} from '../../support/toys';

const SEEDS = ALPHABETS.length * PATTERNS.length;
const PREFIXES = sampleOf(1, 2);
/** Toy tokenizers without a pattern. */
const SPACED_SEEDS = [...ALPHABETS.keys()].map(alphabet => SEEDS + alphabet);

/** What is the same for all tests of a toy. */
interface Subject {
  toy: Toy;
  model: TestModel;
  rules: ByteRules;
  oracle: CompletionOracle;
}

interface Case extends Subject {
  random: Random;
  x: Uint8Array;
  what: string;
}

function cases(): Generator<Case> {
  return casesOf(seedsOr(someOf([...Array(SEEDS).keys()], 24), TOY_CYCLE));
}

function* casesOf(seeds: Iterable<number>): Generator<Case> {
  for (const seed of seeds) {
    const subject = subjectOf(seed);
    const { toy } = subject;
    const random = randomOf(seed + 77);
    for (let i = 0; i < PREFIXES; i++) {
      const whole = encodeUtf8(randomText(toy, random, 1 + Math.floor(random() * 5)));
      const x = whole.subarray(0, Math.floor(random() * Math.min(7, whole.length + 1)));
      const what = `toy ${seed} at ${JSON.stringify([...x])}`;
      yield { ...subject, random, x, what };
    }
  }
}

const subjects = new Map<number, Subject>();

function subjectOf(seed: number): Subject {
  const known = subjects.get(seed);
  if (known) return known;
  const toy = randomToy(seed);
  const model = randomModel(toy, seed);
  const oracle = new CompletionOracle(toy, model);
  const made = { toy, model, rules: new ByteRules(toy.tokenizer), oracle };
  subjects.set(seed, made);
  return made;
}

/**
 * For a tokenizer that prepends a space to a text: the tokens of a text that continues after a letter that is in no
 * merge.
 */
function goingOn(toy: Toy): Toy {
  const { tokenizer } = toy;
  const before = [...tokenizer.encode('z').ids];
  const encode = (text: string) => {
    const { ids } = tokenizer.encode(`z${text}`);
    expect(Array.from(ids.slice(0, before.length))).toEqual(before);
    return { ids: ids.slice(before.length) };
  };
  const own = {
    encode,
    bytesOf: (id: number) => tokenizer.bytesOf(id),
    isSpecial: (id: number) => tokenizer.isSpecial(id),
  };
  return { ...toy, tokenizer: own as Tokenizer };
}

const chooserOf = ({ rules, model }: Case) => ({ tokens: rules.tokens, ends: model.ends });

async function beginningsOf({ rules, model, x }: Case) {
  const beginnings = exactStarts(rules, byteStringOf(x));
  const { trunk, nodes } = beginnings;
  const rows = new TrunkRows(model, trunk);
  const first = await rows.rowsOfPaths(nodes.map((_, node) => pathOf(nodes, node)));
  let before = 0;
  trunk.forEach((token, i) => (before += model.row(trunk.slice(0, i))[token]!));
  return { beginnings, rows, first, before };
}

describe('a completion', () => {
  test('may begin with each canonical sequence that extends past the cursor, and no other', async () => {
    let compared = 0;
    for (const one of cases()) {
      const { beginnings, first, before } = await beginningsOf(one);
      const { trunk, nodes, heads } = beginnings;
      const found = likeliestChoices(chooserOf(one), nodes, heads, first, 100_000).map(choice => ({
        key:
          choice.token === END
            ? 'end'
            : [...trunk, ...pathOf(nodes, choice.node), choice.token].join(),
        logprob: choice.logprob + before,
      }));
      const expected = one.oracle.leaves(one.x);
      const keys = expected.map(({ tokens, ends }) => (ends ? 'end' : tokens.join()));
      expect(found.map(({ key }) => key).sort(), one.what).toEqual(keys.sort());
      const sorted = expected.map(({ logprob }) => logprob);
      found.forEach(({ logprob }, i) => expect(Math.abs(logprob - sorted[i]!)).toBeLessThan(1e-12));
      compared += found.length;
      // What all of them are compared with: no less than they have, no more than all tokenizations.
      const all = Math.exp(before + massOfAll(chooserOf(one), nodes, heads, first));
      const mass = found.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0);
      expect(all, one.what).toBeGreaterThan(mass * (1 - 1e-12));
      expect(all, one.what).toBeLessThan(one.oracle.bytes.mass(one.x, 'e1') * (1 + 1e-12));
    }
    expect(compared).toBeGreaterThan(60 * PREFIXES);
  });

  test('rolled back to a marker does not begin with the space that SentencePiece prepends to a text', async () => {
    let compared = 0;
    let withBlank = 0;
    for (const seed of seedsOr(SPACED_SEEDS, TOY_CYCLE)) {
      const toy = randomToy(seed, 9, false, true);
      const rules = new ByteRules(toy.tokenizer);
      const model = randomModel(toy, seed);
      const random = randomOf(seed);
      const oracle = new CompletionOracle(goingOn(toy), model);
      for (const length of sampleOf([1, 3], [0, 1, 2, 3])) {
        const x = encodeUtf8(randomText(toy, random, length));
        const { trunk, nodes, heads } = exactStarts(rules, byteStringOf(x), false);
        const first = await new TrunkRows(model, trunk).rowsOfPaths(
          nodes.map((_, n) => pathOf(nodes, n)),
        );
        const chooser = { tokens: rules.tokens, ends: model.ends };
        const found = likeliestChoices(chooser, nodes, heads, first, 100_000);
        const keys = found.map(({ node, token }) =>
          token === END ? 'end' : [...trunk, ...pathOf(nodes, node), token].join(),
        );
        const expected = oracle.leaves(x);
        const what = `toy ${seed} at ${JSON.stringify([...x])}`;
        expect(keys.sort(), what).toEqual(
          expected.map(({ tokens, ends }) => (ends ? 'end' : tokens.join())).sort(),
        );
        compared += keys.length;
      }
      if (rules.opening === ' ') withBlank++;
    }
    expect(compared).toBeGreaterThan(100);
    expect(withBlank).toBe(SPACED_SEEDS.length);
  });

  test('is the most probable start, then the most probable token that the tokenizer can produce', async () => {
    let tokens = 0;
    let ended = 0;
    for (const one of cases()) {
      const { beginnings, rows } = await beginningsOf(one);
      const [found] = await completeAtCursor(chooserOf(one), rows, beginnings, 1, {
        maxTokens: 4,
        singleLine: false,
        suffix: '',
        seesSuffix: true,
        close: '',
        isIndented: false,
        word: '',
        missingAfter: () => '',
        least: -Infinity,
        isLate: () => false,
      });
      const { oracle } = one;
      const [best] = oracle.leaves(one.x);
      let path = best!.ends ? [] : [...best!.tokens];
      for (let i = 1; i < 4 && path.length > 0; i++) {
        const next = oracle.next(path);
        if (next === undefined) break;
        path = [...path, next];
      }
      if (path.length > 0) {
        const own = [...beginnings.trunk, ...found!.tokens.map(({ id }) => id)];
        expect(own, one.what).toEqual(path);
      } else expect(found!.insert, one.what).toBe('');
      const bytes = path.flatMap(id => [...one.toy.tokenizer.bytesOf(id)]).slice(one.x.length);
      expect(Buffer.from(bytes).toString('latin1').startsWith(found!.insert)).toBe(true);
      expect(Buffer.from(bytesOf(found!.insert)).toString('latin1')).toBe(found!.insert);
      tokens += path.length;
      if (found!.stopReason === 'end') ended++;
    }
    expect(tokens).toBeGreaterThan(20 * PREFIXES);
    expect(ended).toBeGreaterThan(0);
  });

  test('has the probability of its bytes and of the end, over all tokenizations', async () => {
    let furthest = 0;
    for (const one of cases()) {
      const { toy, model, rules, x, random } = one;
      const oracle = one.oracle.bytes;
      const text = encodeUtf8(randomText(toy, random, Math.floor(random() * 3)));
      const whole = Uint8Array.of(...x, ...text);
      // No character begins inside another one.
      if (Buffer.from(whole).toString().includes('\ufffd')) continue;
      const found = await textLogprob(rules, model, byteStringOf(x), byteStringOf(text));
      const bytes = oracle.mass(whole, 'e2') / oracle.mass(x, 'e2');
      furthest = Math.max(furthest, Math.abs(Math.exp(found.bytes) - bytes));
      const ended = oracle.end(whole, 'e2') / oracle.mass(x, 'e2');
      furthest = Math.max(furthest, Math.abs(Math.exp(found.bytes + found.next.end) - ended));
      // A line may end with either break.
      const breaks = oracle.massOfNext(whole, 'e2');
      const line = ended + (breaks[0x0a]! + breaks[0x0d]!) / oracle.mass(x, 'e2');
      furthest = Math.max(furthest, Math.abs(Math.exp(lineLogprob(found)) - line));
    }
    expect(furthest).toBeLessThan(1e-12);
  });

  test('that is sampled occurs as often as it is probable, at any temperature', async () => {
    const DRAWS = 1000;
    let furthest = 0;
    for (const [i, one] of [...cases()].entries()) {
      if (i % 3 > 0) continue;
      const { toy, model, x } = one;
      const temperature = [1, 0.5, 2][(i / 3) % 3]!;
      const tempered = modelOf(model.ends, context =>
        model.row(context).map(logprob => logprob / temperature),
      );
      const oracle = new Oracle(toy, tempered.row);
      const { beginnings, first } = await beginningsOf(one);
      const counts = new Map<number, number>();
      for (let draw = 0; draw < DRAWS; draw++) {
        // Evenly spaced numbers measure the probabilities.
        const sampling = { temperature, topP: 1, random: () => (draw + 0.5) / DRAWS };
        const { nodes, heads } = beginnings;
        const { node, token } = sampledChoices(chooserOf(one), nodes, heads, first, sampling)!;
        const path = [...beginnings.trunk, ...pathOf(nodes, node), token];
        const bytes = path.flatMap(id => (id < 0 ? [] : [...toy.tokenizer.bytesOf(id)]));
        const byte = token === END ? -1 : bytes[x.length]!;
        counts.set(byte, (counts.get(byte) ?? 0) + 1 / DRAWS);
      }
      const mass = oracle.mass(x, 'e3');
      for (const [byte, joint] of [
        ...oracle.massOfNext(x, 'e3').entries(),
        [-1, oracle.end(x, 'e3')] as const,
      ]) {
        furthest = Math.max(furthest, Math.abs((counts.get(byte) ?? 0) - joint / mass));
      }
    }
    // Each of the few dozen choices for a byte may be off by one sample.
    expect(furthest).toBeLessThan(0.03);
  });

  test('sampled with a small top-p is the most probable', async () => {
    for (const one of cases()) {
      const { beginnings, first } = await beginningsOf(one);
      const { nodes, heads } = beginnings;
      const chooser = chooserOf(one);
      const sampling = { temperature: 1, topP: 1e-9, random: () => 0.999 };
      const found = sampledChoices(chooser, nodes, heads, first, sampling)!;
      // Masking may change the order of paths; with one node the row is the same.
      if (nodes.length > 1) continue;
      const [best] = likeliestChoices(chooser, nodes, heads, first, 1);
      expect(found.token, one.what).toBe(best!.token);
    }
  });

  test('ends where ending is more probable than repeating the text after the cursor', async () => {
    let joined = 0;
    let kept = 0;
    let inside = 0;
    // Few end inside a token, before the rest of a word; one does for the last seed.
    for (const one of [...cases(), ...casesOf([264])]) {
      const { beginnings, rows } = await beginningsOf(one);
      for (let round = 0; round < 12; round++) {
        const { toy, random, x } = one;
        const letters = Array.from({ length: 6 }, () => pick(random, toy.alphabet)).join('');
        const suffix = byteStringOf(encodeUtf8(letters));
        // As if the model saw only the suffix after this many letters. None can come inside a character.
        const count = isWhole(byteStringOf(x)) ? round % 3 : 0;
        const close = byteStringOf(encodeUtf8([...letters].slice(0, count).join('')));
        const options = {
          maxTokens: 5,
          singleLine: false,
          seesSuffix: true,
          least: -Infinity,
          word: '',
          isIndented: false,
          // The text never replaces the close.
          missingAfter: (_: string, hasClose: boolean) => (hasClose ? undefined : ''),
          isLate: () => false,
        };
        const completed = async (suffix: string, close: string) =>
          (
            await completeAtCursor(chooserOf(one), rows, beginnings, 1, {
              ...options,
              suffix,
              close,
            })
          )[0];
        if ((await completed('', ''))?.stopReason !== 'end') continue;
        const found = (await completed(suffix, close))!;
        const written = found.tokens.map(({ bytes }) => bytes).join('');
        const inserted = written.slice(beginnings.rolledBack.length);
        const text = inserted.slice(0, incompleteFrom(inserted));
        const ends = found.tokens
          .map(({ bytes }) => bytes.length)
          .reduce<number[]>(
            (all, length) => [...all, (all.at(-1) ?? -beginnings.rolledBack.length) + length],
            [],
          );
        // The rest of a word may begin inside a token. What ends with it has it twice.
        const isWord = /[\w\x80-\xff]/.test(close);
        const mayEnd = (at: number) => {
          if (close === '') return at === text.length || suffix.startsWith(text.slice(at));
          if (isWord && close.length > 1 && text.slice(0, at).endsWith(close)) return false;
          const isEnd = at === 0 || at === text.length || ends.includes(at);
          return isEnd || (isWord && text.startsWith(close, at));
        };
        const ways = Array.from({ length: text.length + 1 }, (_, at) => at).filter(
          at => mayEnd(at) && isWhole(byteStringOf(x) + text.slice(0, at)),
        );
        const oracle = one.oracle.bytes;
        const ended = (at: number) =>
          oracle.end(Uint8Array.of(...x, ...bytesOf(text.slice(0, at) + close)), 'e2');
        const best = ways.reduce((a, b) => (ended(b) > ended(a) ? b : a));
        const what = `${one.what}: ${JSON.stringify({ text, suffix, close })}`;
        // Without a close, a shortened text may end with a repetition as well, and is shortened again.
        if (close === '') expect(found.insert.length, what).toBeLessThanOrEqual(best);
        else {
          expect(found.insert.length, what).toBe(best);
          if (best > 0 && !ends.includes(best)) inside++;
        }
        if (best < text.length) joined++;
        else kept++;
        if (best === text.length) expect(found.insert.length, what).toBe(best);
      }
    }
    expect(joined).toBeGreaterThan(0);
    expect(inside).toBeGreaterThan(0);
    expect(kept).toBeGreaterThan(2 * PREFIXES);
  });
});

function isWhole(bytes: string): boolean {
  return !new TextDecoder().decode(bytesOf(bytes)).includes('\ufffd');
}
