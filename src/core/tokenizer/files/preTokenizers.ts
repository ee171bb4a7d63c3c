// The pre_tokenizers of byte-level tokenizers in a tokenizer.json.
import { isObject, quote, type Json } from '../../json';
import { behaviors } from '../patterns/behavior';
import { isolates, scanOfMatches, stopsAtBoundaries } from '../patterns/boundaries';
import { scanGpt2 } from '../patterns/gpt2';
import { KNOWN_PATTERNS, isolatedScanOf, matchOf, scanOf } from '../patterns/knownPatterns';
import { literal, repeatedClass } from '../patterns/run';
import type { Match, Scan } from '../patterns/scan';
import { refusal, type PipelineStep } from './pipelineSteps';
import { belongsTo, decodedRanges } from '../unicode/ranges';
import { rustNumericRanges, rustPunctuationRanges } from '../unicode/unicodeCategories';

const FIELD = 'pre_tokenizer';

/** The scanners that split text into pretokens, in order. */
export function scansOfByteLevel(steps: readonly PipelineStep[]): Scan[] {
  if (steps.at(-1)?.type !== 'ByteLevel') {
    const found = steps.length > 0 ? `ends in ${quote(steps.at(-1)!.type)}` : 'is missing';
    throw refusal(
      FIELD,
      `${found}: only tokenizers whose last step is ByteLevel, and those that spell spaces as U+2581, are supported`,
    );
  }
  return steps.flatMap((step, i) => {
    if (step.type === 'ByteLevel' && i === steps.length - 1) return scansOfLast(step);
    if (step.type === 'Split') return [scanOfSplit(step)];
    if (step.type === 'Digits') return [scanOfDigits(step)];
    if (step.type === 'Punctuation') return [scanOfPunctuation(step)];
    throw refusal(
      FIELD,
      `has the step ${quote(step.type)}: only Split, Digits, Punctuation and a last ByteLevel are supported`,
    );
  });
}

function scansOfLast({ add_prefix_space, use_regex }: Json): Scan[] {
  if (add_prefix_space === true) {
    throw refusal(
      `${FIELD}.add_prefix_space`,
      'is true: tokens would have bytes that the text lacks',
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
    throw refusal(`${field}.pattern`, `is ${found}: only ${KNOWN_PATTERNS} are supported`);
  }
  if (invert === true) throw refusal(`${field}.invert`, 'is true: only false is supported');
  return cutAt(match, behavior, `${field}.behavior`);
}

export function scanOfDigits({ individual_digits }: Json): Scan {
  const isDigit = belongsTo(decodedRanges(rustNumericRanges));
  const digits = repeatedClass(isDigit, individual_digits === true ? 1 : Infinity);
  return cutAt(stopsAtBoundaries(digits), 'Isolated', FIELD);
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
  throw refusal(field, `is ${quote(behavior)}: only ${known} are supported`);
}
