// Which tokens keep a text UTF-8, and the rows after a trunk.
import { describe, expect, test } from 'vitest';
import { anyTokens } from '../../../src/core/completion/continuations';
import { TrunkRows, pathOf } from '../../../src/core/completion/trunkRows';
import { SortedTokens } from '../../../src/core/exactBytes/sortedTokens';
import type { TokenModel } from '../../../src/core/exactBytes/tokenModel';
import { seededRandom } from '../../../src/core/random';
import { seedOr } from '../../support/seed';

describe('tokens that keep a text UTF-8', () => {
  const pieces = [
    [0x61],
    [0xc3],
    [0xa9],
    [0xf0, 0x9f],
    [0x98],
    [0x80],
    [0xed],
    [0xa0],
    [0xff],
    [0xe2, 0x82, 0xac],
  ];
  const tokens = new SortedTokens(pieces.keys(), id => Uint8Array.from(pieces[id]!));
  /** Whether some text begins with the bytes: tries what may end its last character. */
  const begins = (text: number[]) => {
    const ends = [
      [],
      [0x80],
      [0xbf],
      [0x80, 0x80],
      [0xbf, 0x80],
      [0x80, 0x80, 0x80],
      [0xbf, 0x80, 0x80],
    ];
    return ends.some(end =>
      Buffer.from(Buffer.from([...text, ...end]).toString()).equals(Buffer.from([...text, ...end])),
    );
  };

  test('are all that some text may go on with', () => {
    const walk = (written: number[], at = anyTokens(tokens), depth = 0) => {
      const follows = at.follower();
      expect([written, at.ends]).toEqual([
        written,
        Buffer.from(Buffer.from(written).toString()).equals(Buffer.from(written)),
      ]);
      for (const [id, piece] of pieces.entries()) {
        const longer = [...written, ...piece];
        expect([longer, follows(id)]).toEqual([longer, begins(longer)]);
        if (follows(id) && depth < 3) walk(longer, at.followedBy(id), depth + 1);
      }
      expect(follows(99)).toBe(false);
    };
    walk([]);
  });
});

describe('rows after a trunk', () => {
  /** A row names the whole path that it comes after. */
  const rowAfter = (path: readonly number[]) => Float64Array.from([path.length, ...path]);
  const asked: number[] = [];
  const model = {
    ends: [9],
    rows: (trunk, nodes, wanted) => {
      asked.push(wanted.length);
      expect(nodes[0]).toEqual({ parent: -1, token: -1 });
      return Promise.resolve(wanted.map(node => rowAfter([...trunk, ...pathOf(nodes, node)])));
    },
  } as TokenModel;

  test('are those of their paths, each asked for once', async () => {
    const random = seededRandom(seedOr(151));
    const path = () =>
      Array.from({ length: Math.floor(4 * random()) }, () => Math.floor(2 * random()));
    for (let round = 0; round < 200; round++) {
      const rows = new TrunkRows(model, [7, 8]);
      expect(rows.ends).toEqual([9]);
      asked.length = 0;
      const seen = new Set<string>();
      for (let request = 0; request < 3; request++) {
        const paths = Array.from({ length: 1 + Math.floor(5 * random()) }, path);
        const fresh = new Set(paths.map(String).filter(key => !seen.has(key)));
        const before = asked.length;
        const found = await rows.rowsOfPaths(paths);
        expect(found).toEqual(paths.map(own => rowAfter([7, 8, ...own])));
        // One request for all that is not known, and none where all is.
        expect(asked.slice(before)).toEqual(fresh.size > 0 ? [fresh.size] : []);
        for (const own of paths) {
          seen.add(String(own));
          expect(rows.known(own)).toEqual(rowAfter([7, 8, ...own]));
        }
      }
      expect(rows.asked).toBe(seen.size);
      expect(rows.known([5, 5])).toBeUndefined();
    }
  });
});
