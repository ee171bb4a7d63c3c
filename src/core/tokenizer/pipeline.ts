// The normalizer and the pre_tokenizer of a tokenizer.json, as far as byte-level BPE is known to use them.
import { TokenizerError } from './error';
import { isObject, quoted, type Json } from './json';
import { behaviors } from './patterns/behavior';
import { scanGpt2 } from './patterns/gpt2';
import { KNOWN_PATTERNS, isolatedScanOf, matchOf, scanOf } from './patterns/lookup';
import { repeated } from './patterns/run';
import type { Match, Scan } from './patterns/scan';
import { belongsTo, decodedRanges } from './ranges';
import { rustNumericRanges, rustPunctuationRanges } from './unicodeCategories';

const FIELD = 'pre_tokenizer';

export function normalizerOf(json: unknown): 'none' | 'NFC' {
  const steps = stepsOf(json, 'normalizer', 'normalizers');
  for (const { type } of steps) {
    if (type !== 'NFC') throw refusal('normalizer', `${quoted(type)}: only NFC is supported`);
  }
  return steps.length > 0 ? 'NFC' : 'none';
}

/** What cuts text into pretokens, in order. */
export function scansOf(json: unknown): Scan[] {
  const steps = stepsOf(json, FIELD, 'pretokenizers');
  if (steps.at(-1)?.type !== 'ByteLevel') {
    const found = steps.length > 0 ? `ends in ${quoted(steps.at(-1)!.type)}` : 'is missing';
    throw refusal(
      FIELD,
      `${found}: only byte-level tokenizers, whose last step is ByteLevel, are supported`,
    );
  }
  return steps.flatMap((step, i) => {
    if (step.type === 'ByteLevel' && i === steps.length - 1) return scansOfByteLevel(step);
    if (step.type === 'Split') return [scanOfSplit(step)];
    if (step.type === 'Digits') return [scanOfDigits(step)];
    if (step.type === 'Punctuation') return [scanOfPunctuation(step)];
    throw refusal(
      FIELD,
      `has the step ${quoted(step.type)}: only Split, Digits, Punctuation and a last ByteLevel are supported`,
    );
  });
}

function scansOfByteLevel({ add_prefix_space, use_regex }: Json): Scan[] {
  if (add_prefix_space === true) {
    throw refusal(
      `${FIELD}.add_prefix_space`,
      'is true: tokens would have bytes that the text lacks',
    );
  }
  // Files from before the field existed mean true.
  return use_regex === false ? [] : [scanGpt2];
}

function scanOfSplit({ pattern, behavior, invert }: Json): Scan {
  const field = `${FIELD}.Split`;
  const { Regex: regex, String: text } = isObject(pattern) ? pattern : {};
  if (typeof regex === 'string') {
    const scan = scanOf(regex);
    // Inverted and removed, it drops what does not match; these patterns match everything.
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
    const found = quoted(regex ?? pattern);
    throw refusal(`${field}.pattern`, `is ${found}: only ${KNOWN_PATTERNS} are supported`);
  }
  if (invert === true) throw refusal(`${field}.invert`, 'is true: only false is supported');
  return cutAt(match, behavior, `${field}.behavior`);
}

function scanOfDigits({ individual_digits }: Json): Scan {
  const isDigit = belongsTo(decodedRanges(rustNumericRanges));
  return cutAt(repeated(isDigit, individual_digits === true ? 1 : Infinity), 'Isolated', FIELD);
}

function scanOfPunctuation({ behavior }: Json): Scan {
  const isPunctuation = belongsTo(decodedRanges(rustPunctuationRanges));
  return cutAt(repeated(isPunctuation, 1), behavior ?? 'Isolated', `${FIELD}.Punctuation.behavior`);
}

function cutAt(match: Match, behavior: unknown, field: string): Scan {
  const scan = behaviors.get(behavior)?.(match);
  if (scan) return scan;
  // "Removed" drops text, which a model then never sees.
  const known = [...behaviors.keys()].join(', ');
  throw refusal(field, `is ${quoted(behavior)}: only ${known} are supported`);
}

function literal(content: string): Match {
  return (text, from, to) =>
    text.startsWith(content, from) && from + content.length <= to ? from + content.length : from;
}

/** The steps of a Sequence, of a single step, or of none; sequences may be nested. */
function stepsOf(json: unknown, field: string, list: string): Json[] {
  if (json === null || json === undefined) return [];
  if (!isObject(json)) throw refusal(field, `is ${quoted(json)}, not an object`);
  if (json.type !== 'Sequence') return [json];
  const steps = json[list];
  if (!Array.isArray(steps)) throw refusal(`${field}.${list}`, 'is not a list');
  return steps.flatMap(step => stepsOf(step, field, list));
}

function refusal(field: string, what: string): TokenizerError {
  return new TokenizerError(`tokenizer.json: ${field} ${what}`);
}
