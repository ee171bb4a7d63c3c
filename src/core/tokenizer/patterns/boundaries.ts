// What scanners do at hard boundaries (tokenizer/hardBoundary.ts): before a blank behind something visible, and behind a
// line feed before a letter. A pretoken's scanner sees the stretch alone, which may begin with that line feed.
import type { Match, Scan } from './scan';

const cuttingScans = new WeakSet<Scan>();
const passingScans = new WeakSet<Scan>();
const stoppingMatches = new WeakSet<Match>();
const lineFeedMatches = new WeakSet<Match>();
const isolatingScans = new WeakSet<Scan>();

/**
 * For a scanner that ends a piece at every hard boundary, and finds the same pieces before it whatever follows and
 * behind it whatever came before.
 */
export function cutsAtBoundaries(scan: Scan): Scan {
  cuttingScans.add(scan);
  return scan;
}

/**
 * For matches of which none holds a line feed, nor a blank but as its first character: none lies across a hard
 * boundary, so that one more cut there changes no other cut, however pieces are made of matches.
 */
export function stopsAtBoundaries(match: Match): Match {
  stoppingMatches.add(match);
  return match;
}

/** For a scanner that is made of such matches, and may or may not cut at a hard boundary. */
export function scanOfMatches(match: Match, scan: Scan): Scan {
  if (stoppingMatches.has(match)) passingScans.add(scan);
  return scan;
}

/** Whether these, each of which cuts the pieces that those before it leave, begin a pretoken at every hard boundary. */
export function areCutAtBoundaries(scans: readonly Scan[]): boolean {
  // What comes behind the scanner that cuts there sees pieces that end or begin there.
  const first = scans.findIndex(scan => cuttingScans.has(scan));
  return first >= 0 && scans.slice(0, first).every(scan => passingScans.has(scan));
}

/** For matches of one character that may be a line feed. */
export function matchesLineFeeds(match: Match): Match {
  lineFeedMatches.add(match);
  return match;
}

/** For a scanner that leaves each of such matches alone. */
export function isolates(match: Match, scan: Scan): Scan {
  if (lineFeedMatches.has(match)) isolatingScans.add(scan);
  return scan;
}

export function leavesLineFeedsAlone(scan: Scan | undefined): boolean {
  return scan !== undefined && isolatingScans.has(scan);
}
