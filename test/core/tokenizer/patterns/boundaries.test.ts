// When scanners one after the other begin a pretoken at every hard boundary.
import { expect, test } from 'vitest';
import {
  areCutAtBoundaries,
  cutsAtBoundaries,
  scanOfMatches,
  stopsAtBoundaries,
} from '../../../../src/core/tokenizer/patterns/boundaries';
import type { Match, Scan } from '../../../../src/core/tokenizer/patterns/scan';

test('they do from one on that cuts there, if those before it cross none', () => {
  const scan = (): Scan => (_text, from) => from;
  const match = (): Match => (_text, from) => from;
  const cuts = cutsAtBoundaries(scan());
  const passes = scanOfMatches(stopsAtBoundaries(match()), scan());
  const crosses = scanOfMatches(match(), scan());
  for (const [scans, expected] of [
    [[cuts], true],
    [[passes, passes, cuts], true],
    [[cuts, crosses], true],
    [[crosses, cuts], false],
    [[passes, crosses, cuts], false],
    [[passes], false],
    [[crosses], false],
    [[], false],
  ] as const)
    expect(areCutAtBoundaries(scans)).toBe(expected);
});
