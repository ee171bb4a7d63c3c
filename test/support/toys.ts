// Small random tokenizers and language models, for which everything can be enumerated.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { byteCharacters, spellingOf } from '../../src/core/tokenizer/bpe/byteLevel';
import { byteToken } from '../../src/core/tokenizer/bpe/byteTokens';
import { loadTokenizer } from '../../src/core/tokenizer/files/loadTokenizer';
import { GPT2_PATTERN } from '../../src/core/tokenizer/patterns/gpt2';
import { O200K_PATTERN, TEKKEN_PATTERN } from '../../src/core/tokenizer/patterns/o200k';
import {
  LLAMA3_PATTERN,
  QWEN2_PATTERN,
  QWEN35_PATTERN,
} from '../../src/core/tokenizer/patterns/cl100k';
import type { Tokenizer } from '../../src/core/tokenizer/tokenizer';
import { seededRandom } from '../../src/core/random';
import type { TokenModel } from '../../src/core/exactBytes/tokenModel';
import { encodeUtf8 } from '../../src/core/text/utf8';
import { golden } from './paths';

export { seededRandom as randomOf };
export type Random = () => number;

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

export const END = '<|end|>';
const OTHER_SPECIAL = '<|other|>';

/** Characters whose classes the patterns distinguish, in groups that exercise different parts of them. */
export const ALPHABETS = [
  ['a', 'b', ' '],
  ['a', ' ', '\n', '!'],
  ["'", 's', 'r', 'e', ' '],
  ['1', '2', ' ', 'a'],
  ['é', 'è', 'a'],
  ["'", 'l', 'L', '1', '\n'],
  ['日', '！', ' '],
  ['a', 'A', 'ª', "'"],
] as const;
export const PATTERNS = [
  GPT2_PATTERN,
  QWEN2_PATTERN,
  LLAMA3_PATTERN,
  O200K_PATTERN,
  QWEN35_PATTERN,
  TEKKEN_PATTERN,
] as const;

const families = JSON.parse(readFileSync(join(golden, 'families.json'), 'utf8')) as {
  families: Record<string, { pre_tokenizer: object }>;
};
const stepsOfFamily = (name: string) => families.families[name]!.pre_tokenizer;

/** What splits a toy's text; undefined: nothing, as in SentencePiece. */
const SPLITS: readonly (object | undefined)[] = [
  ...PATTERNS.map(byteLevelSteps),
  undefined,
  ...['starcoder', 'deepseek-coder', 'deepseek-v2', 'deepseek-v3'].map(stepsOfFamily),
];

export interface Toy {
  readonly tokenizer: Tokenizer;
  readonly alphabet: readonly string[];
  /** Ids to which models give a non-zero probability. */
  readonly support: readonly number[];
  readonly end: number;
  /** Bytes without a token, which no text over the alphabet has. */
  readonly lacking: readonly number[];
}

/** The kind that nothing splits. */
export const SPACED = SPLITS.indexOf(undefined);

export const TOY_KINDS = SPLITS.length;

/** Toys have the same alphabet and split where their seeds are the same modulo this. */
export const TOY_CYCLE = ALPHABETS.length * TOY_KINDS;

/**
 * All bytes, `merges` random merges over the bytes of an alphabet, and two special tokens, which have the last ids.
 * `opens`: if there is no pattern, a space is prepended to every text. `lacking`: bytes that get no token, if there is
 * a pattern. `names`: of further added tokens, which are not special.
 */
export function randomToy(
  seed: number,
  merges = 9,
  reversed = false,
  opens = false,
  lacking: readonly number[] = [],
  names: readonly string[] = [],
): Toy {
  const random = seededRandom(seed);
  const alphabet = ALPHABETS[seed % ALPHABETS.length]!.filter(
    character => !encodeUtf8(character).some(byte => lacking.includes(byte)),
  );
  const split = SPLITS[Math.floor(seed / ALPHABETS.length) % TOY_KINDS];
  const kind = split === undefined ? spacedKind(random, alphabet) : byteLevelKind(alphabet);
  const { vocab, usable } = kind;
  for (const byte of lacking) delete vocab[byteCharacters[byte]!];
  const list: string[] = [];
  for (let attempt = 0; attempt < merges * 4 && list.length < merges; attempt++) {
    const [left, right] = [pick(random, usable), pick(random, usable)];
    const merge = `${left} ${right}`;
    if (list.includes(merge) || left.length + right.length > 6) continue;
    // Random ranks, so that a token's merges need not ascend.
    list.splice(Math.floor(random() * (list.length + 1)), 0, merge);
    if (left + right in vocab) continue;
    vocab[left + right] = Object.keys(vocab).length + lacking.length;
    usable.push(left + right);
  }
  const size = Object.keys(vocab).length + lacking.length + 2;
  // Reversed, the same tokens have other ids, and other names are first in sorted order.
  const label = (id: number) => (reversed ? size - 1 - id : id);
  const [end, other] = [label(size - 2), label(size - 1)];
  for (const spelling in vocab) vocab[spelling] = label(vocab[spelling]!);
  // Added tokens that are not in the vocabulary get the ids after it, whatever the file says.
  if (reversed || lacking.length > 0) {
    Object.assign(vocab, { [END]: end, [OTHER_SPECIAL]: other });
  }
  const special = { special: true, normalized: false };
  const tokenizer = loadTokenizer({
    'tokenizer.json': {
      added_tokens: [
        { id: end, content: END, ...special },
        { id: other, content: OTHER_SPECIAL, ...special },
        ...names.map((content, i) => ({
          id: size + i,
          content,
          special: false,
          normalized: false,
        })),
      ],
      ...(split === undefined ? spacedSteps(opens) : { pre_tokenizer: split }),
      model: { type: 'BPE', byte_fallback: split === undefined, vocab, merges: list },
    },
  });
  const common = [0x7a, 0xc3, 0xe2, 0x80, 0xff, 0x0a, 0x20, 0x65, ...kind.bytes];
  const bytes = common.filter(byte => !lacking.includes(byte));
  const added = names.map(name => tokenizer.idOf(name)!);
  const ids = [
    ...usable.map(spelling => vocab[spelling]!),
    ...bytes.map(label),
    end,
    other,
    ...added,
  ];
  return { tokenizer, alphabet, support: [...new Set(ids)], end, lacking };
}

/** The single-byte tokens, by id, and the symbols that merging starts from. */
interface ToyKind {
  readonly vocab: Record<string, number>;
  readonly usable: string[];
  /** Other symbols that text over the alphabet needs. */
  readonly bytes: readonly number[];
}

function byteLevelKind(alphabet: readonly string[]): ToyKind {
  const vocab = Object.fromEntries(byteCharacters.map((character, byte) => [character, byte]));
  const usable = [...new Set(alphabet.flatMap(c => [...spellingOf(encodeUtf8(c))]))];
  return { vocab, usable, bytes: [] };
}

function byteLevelSteps(pattern: string) {
  const split = { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated' };
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, use_regex: false };
  return { type: 'Sequence', pretokenizers: [split, byteLevel] };
}

/** One of the alphabet's characters may be spelled in bytes only. */
function spacedKind(random: Random, alphabet: readonly string[]): ToyKind {
  const missing = pick(random, [...alphabet, '']);
  const present = alphabet.filter(character => character !== missing);
  const usable = ['\u2581', ...present.filter(character => character !== ' ')];
  const names = Array.from({ length: 256 }, (_, byte) => byteToken(byte));
  const vocab = Object.fromEntries([...names, ...usable].map((name, id) => [name, id]));
  return { vocab, usable, bytes: [...encodeUtf8(missing)] };
}

/** `opens`: with a space prepended to every text. */
const spacedSteps = (opens: boolean) => {
  const spelled = { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' };
  const opening = { type: 'Prepend', prepend: '\u2581' };
  return { normalizer: { type: 'Sequence', normalizers: opens ? [opening, spelled] : [spelled] } };
};

/** A toy whose texts may spell added tokens, one the beginning of another. */
export function withAdded(seed: number): Toy {
  const random = seededRandom(seed + 7);
  const { alphabet } = randomToy(seed, 14);
  const long = Array.from({ length: 3 }, () => pick(random, alphabet)).join('');
  const names = [long, long + pick(random, alphabet), pick(random, alphabet)];
  const usual = [...new Set(names)].filter(each => !'<|end|><|other|>'.includes(each));
  return randomToy(seed, 14, false, false, [], usual);
}

/** Also answers for a single context. */
export interface TestModel extends TokenModel {
  row(context: readonly number[]): Float64Array;
}

/** A random but fixed row for every context, with all probability on `support`. */
export function randomModel(toy: Toy, seed: number): TestModel {
  return modelOf([toy.end], context => {
    const hash = context.reduce((a, token) => Math.imul(a ^ token, 0x01000193) + 1, seed);
    const random = seededRandom(hash);
    const logits = new Float64Array(toy.tokenizer.vocabSize).fill(-Infinity);
    for (const id of toy.support) logits[id] = 4 * random();
    return logits;
  });
}

/** A model that answers one context at a time, with logits, each requested once. */
export function modelOf(
  ends: readonly number[],
  logitsOf: (context: readonly number[]) => Float64Array,
): TestModel {
  const rows = new Map<string, Float64Array>();
  const row = (context: readonly number[]) => {
    const key = context.join();
    let found = rows.get(key);
    if (!found) rows.set(key, (found = normalised(logitsOf(context))));
    return found;
  };
  return {
    ends,
    row,
    rows: async (trunk, nodes, wanted) =>
      wanted.map(node => {
        const path: number[] = [];
        for (let at = node; nodes[at]!.parent >= 0; at = nodes[at]!.parent) {
          path.unshift(nodes[at]!.token);
        }
        return row([...trunk, ...path]);
      }),
  };
}

/** Log-probabilities. */
function normalised(logits: Float64Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
  return logits.map(logit => logit - largest - Math.log(sum));
}

/** Text over the toy's alphabet. */
export function randomText(toy: Toy, random: Random, characters: number): string {
  return Array.from({ length: characters }, () => pick(random, toy.alphabet)).join('');
}
