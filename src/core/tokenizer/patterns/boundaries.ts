// How scanners behave at hard boundaries (tokenizer/hardBoundary.ts): before a space after a visible character, and
// between a line feed and a letter. A scanner of later steps sees only its own piece, which may begin with that line
// feed.
import type { Match, Scan } from './scan';

const cuttingScans = new WeakSet<Scan>();
const passingScans = new WeakSet<Scan>();
const stoppingMatches = new WeakSet<Match>();
const lineFeedMatches = new WeakSet<Match>();
const isolatingScans = new WeakSet<Scan>();

/**
 * Marks a scanner that ends a piece at every hard boundary and splits the text on either side independently of the
 * other side.
 */
export function cutsAtBoundaries(scan: Scan): Scan {
  cuttingScans.add(scan);
  return scan;
}

/**
 * Marks matches that never contain a line feed, nor a space except as their first character. No such match crosses a
 * hard boundary, so an additional split there changes no other split, however pieces are built from matches.
 */
export function stopsAtBoundaries(match: Match): Match {
  stoppingMatches.add(match);
  return match;
}

/** Marks a scanner built from such matches, which may or may not split at a hard boundary. */
export function scanOfMatches(match: Match, scan: Scan): Scan {
  if (stoppingMatches.has(match)) passingScans.add(scan);
  return scan;
}

/**
 * Whether these scanners, each of which splits the pieces that those before it leave, begin a pretoken at every hard
 * boundary.
 */
export function areCutAtBoundaries(scans: readonly Scan[]): boolean {
  // The scanners after the one that splits there see pieces that end or begin there.
  const first = scans.findIndex(scan => cuttingScans.has(scan));
  return first >= 0 && scans.slice(0, first).every(scan => passingScans.has(scan));
}

/** Marks matches of a single character that may be a line feed. */
export function matchesLineFeeds(match: Match): Match {
  lineFeedMatches.add(match);
  return match;
}

/** Marks a scanner that isolates each of such matches. */
export function isolates(match: Match, scan: Scan): Scan {
  if (lineFeedMatches.has(match)) isolatingScans.add(scan);
  return scan;
}

export function leavesLineFeedsAlone(scan: Scan | undefined): boolean {
  return scan !== undefined && isolatingScans.has(scan);
}
