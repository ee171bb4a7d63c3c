// Sets of code points, stored in base 36, in pairs: characters to skip, then characters that belong.

/** [first, end) of each range, ascending. */
export function* decodedRanges(stored: string): Generator<readonly [first: number, end: number]> {
  let at = 0;
  const numbers = stored.split(' ').map(number => parseInt(number, 36));
  for (let i = 0; i < numbers.length; i += 2) {
    const first = at + numbers[i]!;
    at = first + numbers[i + 1]!;
    yield [first, at];
  }
}

export type Belongs = (code: number) => boolean;

/** `ranges` may be in any order and overlap. */
export function belongsTo(ranges: Iterable<readonly [first: number, end: number]>): Belongs {
  const sorted = [...ranges].sort(([a], [b]) => a - b);
  const firsts = sorted.map(([first]) => first);
  // [range]; the furthest end of this range and of those before it.
  let furthest = 0;
  const ends = sorted.map(([, end]) => (furthest = Math.max(furthest, end)));
  return code => {
    let low = 0;
    let high = firsts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (firsts[middle]! <= code) low = middle + 1;
      else high = middle;
    }
    return low > 0 && code < ends[low - 1]!;
  };
}
