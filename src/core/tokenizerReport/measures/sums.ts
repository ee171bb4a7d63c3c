// Additions in two spellings, for a model to score: with digits alone, and with a comma before every three digits from
// the right, by which the paper makes a tokenizer group from the right (arXiv:2402.14903, section 3).
import { seededRandom } from '../../random';

export interface Sum {
  /** Decimal, without separators. */
  readonly a: string;
  readonly b: string;
  readonly c: string;
}

/** `digits`: 0 to 9 alone. */
export function spellRightToLeft(digits: string, separator = ','): string {
  const first = digits.length % 3 || 3;
  const groups = [digits.slice(0, first)];
  for (let at = first; at < digits.length; at += 3) groups.push(digits.slice(at, at + 3));
  return groups.join(separator);
}

/** 'a + b =' and ' c': what a model is given, and what it is asked for. `spell`: of each number. */
export function promptOf(
  { a, b, c }: Sum,
  spell: (digits: string) => string = digits => digits,
): { prompt: string; answer: string } {
  return { prompt: `${spell(a)} + ${spell(b)} =`, answer: ` ${spell(c)}` };
}

/** Addends of `shortest` to `longest` digits, each length as likely as every other, without leading zeros. */
export function randomSums(seed: number, count: number, shortest: number, longest: number): Sum[] {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const addend = () => {
    const length = shortest + below(longest - shortest + 1);
    const digits = Array.from({ length }, (_, i) => (i === 0 ? 1 + below(9) : below(10)));
    return digits.join('');
  };
  return Array.from({ length: count }, () => {
    const [a, b] = [addend(), addend()];
    return { a, b, c: String(BigInt(a) + BigInt(b)) };
  });
}
