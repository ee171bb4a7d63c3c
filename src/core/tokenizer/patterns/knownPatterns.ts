// Maps the text of a pattern, as in a tokenizer.json, to an equivalent scanner.
import { DEEPSEEK3_PATTERN, LINE_TAIL_PATTERN, matchDeepSeek3, scanLineTails } from './deepseek';
import { behaviors } from './behavior';
import { cutsAtBoundaries } from './boundaries';
import { FALCON_PATTERN, matchFalcon } from './falcon';
import { GPT2_PATTERN, scanGpt2 } from './gpt2';
import { O200K_PATTERN, TEKKEN_PATTERN, scanO200k, scanTekken } from './o200k';
import { runMatch, runShape } from './run';
import type { Match, Scan } from './scan';
import {
  LLAMA3_PATTERN,
  QWEN2_PATTERN,
  QWEN35_PATTERN,
  scanLlama3,
  scanQwen2,
  scanQwen35,
} from './cl100k';

/** Patterns that match all of a text, for which every behavior except merging gives the same result. */
const scans: ReadonlyMap<string, Scan> = new Map([
  [GPT2_PATTERN, scanGpt2],
  [LLAMA3_PATTERN, scanLlama3],
  [QWEN2_PATTERN, scanQwen2],
  [QWEN35_PATTERN, scanQwen35],
  [O200K_PATTERN, scanO200k],
  [TEKKEN_PATTERN, scanTekken],
]);

scans.forEach(cutsAtBoundaries);

/** Files contain line ends literally or as `\r` and `\n`, which are equivalent in the expression. */
export const escapeLineEnds = (pattern: string) =>
  pattern.replace(/\r/g, '\\r').replace(/\n/g, '\\n');

/** The scanner of a pattern that matches everywhere. */
export function scanOf(pattern: string): Scan | undefined {
  return scans.get(escapeLineEnds(pattern));
}

/** The scanner of a pattern that matches in some places, for the behavior "Isolated". */
export function isolatedScanOf(pattern: string): Scan | undefined {
  return isolated.get(escapeLineEnds(pattern));
}

/** DeepSeek's third pattern matches at every space and every line feed; the text between matches ends there. */
const isolated: ReadonlyMap<string, Scan> = new Map([
  [LINE_TAIL_PATTERN, scanLineTails],
  [DEEPSEEK3_PATTERN, cutsAtBoundaries(behaviors.get('Isolated')!(matchDeepSeek3))],
]);

/** The matcher of a pattern that matches in some places. */
export function matchOf(pattern: string): Match | undefined {
  const key = escapeLineEnds(pattern);
  if (key === FALCON_PATTERN) return matchFalcon;
  if (key === DEEPSEEK3_PATTERN) return matchDeepSeek3;
  const shape = runShape(key);
  return shape && runMatch(shape);
}

/** For messages. */
export const KNOWN_PATTERNS =
  'those of GPT-2, Llama 3, Qwen, o200k, Tekken, DeepSeek, Falcon and CLIP, and one class of characters repeated';
