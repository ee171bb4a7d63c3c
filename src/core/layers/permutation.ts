// How much of a prediction rests on which tokens stand there: the loss of a text whose ids are permuted within classes, beside
// its own. Lexinvariant Language Models (Huang et al. 2023, arXiv:2305.16349) are trained without fixed embeddings and decipher
// a permuted text in context; a standard model is not, so this measures its reliance on identities.
import { seededRandom } from '../random';
import { LengthBuckets, type LengthBucket } from './lengthBuckets';

export const identityPermutation = (vocabSize: number): Uint32Array =>
  Uint32Array.from({ length: vocabSize }, (_, id) => id);

/**
 * [id]: what takes its place, a token of the same class. The permutations of a class are equally likely (Fisher and Yates), as
 * far as 32 bits of seed can be. A token without a class, or alone in it, keeps its place. Equal seeds and classes give equal
 * permutations; no seed stands for the identity.
 */
export function permutedWithinClasses(
  vocabSize: number,
  classOf: (id: number) => number | undefined,
  seed: number,
): Uint32Array {
  const permutation = identityPermutation(vocabSize);
  const members = new Map<number, number[]>();
  for (let id = 0; id < vocabSize; id++) {
    const own = classOf(id);
    if (own === undefined) continue;
    const same = members.get(own);
    if (same) same.push(id);
    else members.set(own, [id]);
  }
  const random = seededRandom(seed);
  // By class, so that a permutation does not depend on which class has the lowest id.
  for (const [, ids] of Array.from(members).sort(([a], [b]) => a - b)) {
    const shuffled = ids.slice();
    for (let last = shuffled.length - 1; last > 0; last--) {
      const drawn = Math.floor(random() * (last + 1));
      [shuffled[last], shuffled[drawn]] = [shuffled[drawn]!, shuffled[last]!];
    }
    for (let i = 0; i < ids.length; i++) permutation[ids[i]!] = shuffled[i]!;
  }
  return permutation;
}

/** In the order of `tokenClassOf`, first without and then with a space before them. */
const KINDS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['lower case', /^\p{Ll}+$/u],
  ['capitalised', /^\p{Lu}\p{Ll}+$/u],
  ['upper case', /^\p{Lu}+$/u],
  ['digits', /^\p{Nd}+$/u],
];

/** [class]; for display. */
export const tokenClassNames: readonly string[] = ['', ' after a space'].flatMap(after =>
  KINDS.map(([name]) => name + after),
);

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The class of a token by its bytes: letters in lower case, capitalised or in upper case, or digits; each with or
 * without one space before them. Undefined for anything else: punctuation, blanks, mixed case, letters without case, and
 * bytes that are no whole characters.
 */
export function tokenClassOf(bytes: Uint8Array): number | undefined {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return undefined;
  }
  const hasSpace = text.startsWith(' ');
  const kind = KINDS.findIndex(([, pattern]) => pattern.test(hasSpace ? text.slice(1) : text));
  return kind < 0 ? undefined : kind + (hasSpace ? KINDS.length : 0);
}

/**
 * The mean of permuted - base by position, from 1. `base` and `permuted`: [token], surprisals in nats; a token without either
 * (NaN) is left out. `contexts`: [token], how many tokens the model saw before it, where that is not its index.
 */
export function gapByPosition(
  base: ArrayLike<number>,
  permuted: ArrayLike<number>,
  contexts?: ArrayLike<number>,
): LengthBucket[] {
  const buckets = new LengthBuckets();
  for (let token = 0; token < base.length; token++)
    buckets.add((contexts?.[token] ?? token) + 1, permuted[token]! - base[token]!);
  return buckets.result();
}
