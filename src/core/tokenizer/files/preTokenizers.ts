// The pre_tokenizers of byte-level tokenizers in a tokenizer.json.
import { isObject, quote, type Json } from '../../json';
import { behaviors } from '../patterns/behavior';
import { isolates, scanOfMatches, stopsAtBoundaries } from '../patterns/boundaries';
import { CLIP_PATTERN, isSpaceAt, scanClip } from '../patterns/clip';
import { scanGpt2 } from '../patterns/gpt2';
import { KNOWN_PATTERNS, isolatedScanOf, matchOf, scanOf } from '../patterns/knownPatterns';
import { literal, repeatedClass } from '../patterns/run';
import type { Match, Scan } from '../patterns/scan';
import { runStepOf } from '../patterns/knownSteps';
import { describedAs } from '../patterns/splitStep';
import { refusal, type PipelineStep } from './pipelineSteps';
import { belongsTo, decodedRanges, type Belongs } from '../unicode/ranges';
import { rustNumericRanges, rustPunctuationRanges } from '../unicode/unicodeCategories';

const FIELD = 'pre_tokenizer';

export interface ByteLevelSplits {
  /** Each splits the pieces that those before it leave. */
  readonly scans: readonly Scan[];
  /** These split the pieces as ByteLevel spells them, one character for each byte. */
  readonly byteScans: readonly Scan[];
  /** Whether the model does not see a piece. */
  readonly drops?: (text: string, at: number, to: number) => boolean;
}

export function splitsOfByteLevel(steps: readonly PipelineStep[]): ByteLevelSplits {
  const at = steps.findIndex(({ type }) => type === 'ByteLevel');
  if (at < 0) {
    const found = steps.length > 0 ? `ends in ${quote(steps.at(-1)!.type)}` : 'is missing';
    throw refusal(
      FIELD,
      `${found}; a BPE tokenizer needs the step ByteLevel or a step that writes spaces as U+2581`,
    );
  }
  const [first] = steps;
  const after = steps.slice(at + 1);
  if (at > 0 && isOfClip(first!)) {
    const more = steps.slice(1, at).flatMap(scansOfStep);
    return {
      scans: [scanClip, ...more, ...scansOfByteLevel(steps[at]!)],
      byteScans: after.flatMap(scansOfStep),
      drops: isSpaceAt,
    };
  }
  return {
    scans: [...steps.slice(0, at).flatMap(scansOfStep), ...scansOfByteLevel(steps[at]!)],
    byteScans: after.flatMap(scansOfStep),
  };
}

function isOfClip({ type, pattern, behavior, invert }: PipelineStep): boolean {
  const regex = isObject(pattern) ? pattern.Regex : undefined;
  return type === 'Split' && regex === CLIP_PATTERN && behavior === 'Removed' && invert === true;
}

function scansOfStep(step: PipelineStep): Scan[] {
  if (step.type === 'Split') return [scanOfSplit(step)];
  if (step.type === 'Digits') return [scanOfDigits(step)];
  if (step.type === 'Punctuation') return [scanOfPunctuation(step)];
  throw refusal(
    FIELD,
    `has the step ${quote(step.type)}; only Split, Digits, Punctuation and one ByteLevel are supported`,
  );
}

function scansOfByteLevel({ add_prefix_space, use_regex }: Json): Scan[] {
  if (add_prefix_space === true) {
    throw refusal(
      `${FIELD}.add_prefix_space`,
      'is true, which is not supported: tokens would have bytes that are not in the text',
    );
  }
  // Files without the field mean true.
  return use_regex === false ? [] : [scanGpt2];
}

export function scanOfSplit({ pattern, behavior, invert }: Json): Scan {
  const field = `${FIELD}.Split`;
  const { Regex: regex, String: text } = isObject(pattern) ? pattern : {};
  if (typeof regex === 'string') {
    const scan = scanOf(regex);
    // Inverted and "Removed", it drops what does not match; these patterns match everything.
    if (scan && (behavior === 'Isolated' || (behavior === 'Removed' && invert === true))) {
      return scan;
    }
    const isolated = behavior === 'Isolated' && isolatedScanOf(regex);
    if (isolated) return isolated;
  }
  const match =
    typeof regex === 'string'
      ? (scanOf(regex) ?? matchOf(regex))
      : typeof text === 'string' && text !== ''
        ? literal(text)
        : undefined;
  if (!match) {
    const found = quote(regex ?? pattern);
    throw refusal(`${field}.pattern`, `is ${found}; only ${KNOWN_PATTERNS} are supported`);
  }
  if (invert === true) throw refusal(`${field}.invert`, 'is true; only false is supported');
  const scan = cutAt(match, behavior, `${field}.behavior`);
  const step = behavior === 'Isolated' && typeof regex === 'string' && runStepOf(regex);
  return step ? describedAs(scan, step) : scan;
}

export function scanOfDigits({ individual_digits }: Json): Scan {
  const isDigit = belongsTo(decodedRanges(rustNumericRanges));
  const isEach = individual_digits === true;
  const over = (is: Belongs) =>
    cutAt(stopsAtBoundaries(repeatedClass(is, isEach ? 1 : Infinity)), 'Isolated', FIELD);
  const scanOver = ([is = isDigit]: readonly Belongs[]) => over(is);
  const scan = over(isDigit);
  return isEach ? describedAs(scan, { kind: 'digit', classes: [isDigit], scanOver }) : scan;
}

export function scanOfPunctuation({ behavior }: Json): Scan {
  const isPunctuation = belongsTo(decodedRanges(rustPunctuationRanges));
  const sign = stopsAtBoundaries(repeatedClass(isPunctuation, 1));
  return cutAt(sign, behavior ?? 'Isolated', `${FIELD}.Punctuation.behavior`);
}

function cutAt(match: Match, behavior: unknown, field: string): Scan {
  const scan = behaviors.get(behavior)?.(match);
  if (scan) return scanOfMatches(match, behavior === 'Isolated' ? isolates(match, scan) : scan);
  // "Removed" drops text, which a model then never sees.
  const known = [...behaviors.keys()].join(', ');
  throw refusal(field, `is ${quote(behavior)}; only ${known} are supported`);
}
