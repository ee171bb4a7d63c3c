// Whether a place in source code is inside a comment or a string, and what is open there.
import { delimitersOf } from './delimiters';
import { DelimiterScan, type Region } from './delimiterScan';

export type { Region } from './delimiterScan';

/** Scanning starts at a line this many characters back, which is assumed to be code. */
const REACH = 50_000;
/** More than the longest delimiter. */
const HELD_BACK = 8;

/** What is open a little before a place, and the text between, whose delimiters may go on after it. */
export interface OpenAt {
  readonly scan: DelimiterScan;
  readonly between: string;
}

export function openAt(text: string, at: number, language: string): OpenAt {
  const scan = new DelimiterScan(delimitersOf(language));
  const from = at > REACH ? text.indexOf('\n', at - REACH) + 1 : 0;
  const place = scan.read(text, Math.min(from, at), Math.max(0, at - HELD_BACK));
  return { scan, between: text.slice(place, at) };
}

export function regionAt(text: string, at: number, language: string): Region {
  const { scan, between } = openAt(text, at, language);
  scan.read(between);
  return scan.region;
}
