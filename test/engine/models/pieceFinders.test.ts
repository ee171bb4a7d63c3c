// The likeliest way to spell a text, beside all ways to spell it.
import { expect, test } from 'vitest';
import { pieceFinders } from '../../../src/engine/models/pieceFinders';
import { seedOr } from '../../support/seed';
import { pick, randomOf, type Random } from '../../support/toys';

interface Way {
  readonly total: number;
  readonly pieces: readonly { id: number | undefined; length: number }[];
}
type Scored = readonly (readonly [piece: string, score: number])[];

/** What a character costs that is no piece: ten below the least score. */
const unknownScore = (pieces: Scored) => Math.min(...pieces.map(([, score]) => score)) - 10;

/** Of equals the one whose last piece begins furthest left, and so on before it. */
function bestWay(pieces: Scored, text: readonly string[], round: (x: number) => number): Way {
  if (text.length === 0) return { total: 0, pieces: [] };
  let best: Way | undefined;
  for (let start = 0; start < text.length; start++) {
    const last = text.slice(start).join('');
    const id = pieces.findIndex(([piece]) => piece === last);
    if (id < 0 && start < text.length - 1) continue;
    const before = bestWay(pieces, text.slice(0, start), round);
    const score = id < 0 ? unknownScore(pieces) : pieces[id]![1];
    const total = round(before.total + round(score));
    if (best && best.total >= total) continue;
    const own = { id: id < 0 ? undefined : id, length: last.length };
    best = { total, pieces: [...before.pieces, own] };
  }
  return best!;
}

function randomPieces(random: Random, score: () => number): Scored {
  const spelled = new Set<string>();
  const count = 1 + Math.floor(random() * 9);
  while (spelled.size < count)
    spelled.add(
      Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
        pick(random, 'aab𝄞'.match(/./gu)!),
      ).join(''),
    );
  return Array.from(spelled, piece => [piece, score()] as const);
}

test.each([
  [
    'whole numbers, many of them equal',
    'tokenizers',
    (random: Random) => -Math.floor(random() * 4),
  ],
  ['decimal fractions', 'tokenizers', (random: Random) => -Math.round(random() * 1e4) / 1e3],
  [
    'sums that single precision rounds',
    'sentencepiece',
    (random: Random) => -(2 ** 24) + Math.floor(random() * 4),
  ],
] as const)('Unigram: %s', (_, by, scoreOf) => {
  const random = randomOf(seedOr(3));
  const round = by === 'sentencepiece' ? Math.fround : (x: number) => x;
  for (let i = 0; i < 150; i++) {
    const pieces = randomPieces(random, () => scoreOf(random));
    const find = pieceFinders.unigram(pieces, by);
    const text = Array.from({ length: Math.floor(random() * 8) }, () =>
      pick(random, ['a', 'b', '𝄞', 'c']),
    );
    expect(find(text.join('')), JSON.stringify([pieces, text])).toEqual(
      bestWay(pieces, text, round).pieces,
    );
  }
});

test('Unigram: a piece without a spelling is found nowhere, and keeps its id', () => {
  const find = pieceFinders.unigram(
    [
      [undefined, 0],
      ['a', -1],
    ],
    'tokenizers',
  );
  expect(find('a')).toEqual([{ id: 1, length: 1 }]);
});

test('WordPiece: the longest piece, and the longest that continues it; a word that is not spelled out is unknown', () => {
  const random = randomOf(seedOr(4));
  for (let i = 0; i < 150; i++) {
    const prefix = pick(random, ['##', '']);
    const longest = pick(random, [4, 100]);
    const own = randomPieces(random, () => 0).map(([piece]) =>
      random() < 0.5 ? piece : prefix + piece,
    );
    const ids = new Map([...new Set(own)].map((piece, id) => [piece, id]));
    const word = Array.from({ length: 1 + Math.floor(random() * 6) }, () =>
      pick(random, ['a', 'b']),
    ).join('');
    const found = [];
    for (let at = 0; at < word.length && found;) {
      const mark = at > 0 ? prefix : '';
      let end = word.length;
      while (end > at && !ids.has(mark + word.slice(at, end))) end--;
      if (end === at || word.length > longest) {
        found.splice(0, found.length, { id: undefined, length: word.length });
        break;
      }
      found.push({ id: ids.get(mark + word.slice(at, end)), length: end - at });
      at = end;
    }
    const find = pieceFinders.wordPiece(ids, prefix, longest);
    expect(find(word), JSON.stringify([[...ids], word, longest])).toEqual(found);
  }
});
