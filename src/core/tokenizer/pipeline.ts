// The normalizer and the pre_tokenizer of a tokenizer.json, as far as byte-level BPE is known to use them.
import { TokenizerError } from './error';
import { isObject, quoted, type Json } from './json';
import { GPT2_PATTERN, scanners, type Scan } from './patterns';

export function normalizerOf(json: unknown): 'none' | 'NFC' {
  const steps = stepsOf(json, 'normalizer', 'normalizers');
  for (const { type } of steps) {
    if (type !== 'NFC') throw refusal('normalizer', `${quoted(type)}: only NFC is supported`);
  }
  return steps.length > 0 ? 'NFC' : 'none';
}

/** What cuts text into pretokens, in order. */
export function scansOf(json: unknown): Scan[] {
  const field = 'pre_tokenizer';
  const steps = stepsOf(json, field, 'pretokenizers');
  if (steps.at(-1)?.type !== 'ByteLevel') {
    const found = steps.length > 0 ? `ends in ${quoted(steps.at(-1)!.type)}` : 'is missing';
    throw refusal(
      field,
      `${found}: only byte-level tokenizers, whose last step is ByteLevel, are supported`,
    );
  }
  return steps.flatMap((step, i) => {
    if (step.type === 'Split') return [scanOfSplit(step)];
    if (step.type !== 'ByteLevel' || i < steps.length - 1) {
      throw refusal(
        field,
        `has the step ${quoted(step.type)}: only Split and a last ByteLevel are supported`,
      );
    }
    if (step.add_prefix_space === true) {
      throw refusal(
        `${field}.add_prefix_space`,
        'is true: tokens would have bytes that the text lacks',
      );
    }
    // Files from before the field existed mean true.
    return step.use_regex === false ? [] : [scanners.get(GPT2_PATTERN)!];
  });
}

function scanOfSplit({ pattern, behavior, invert }: Json): Scan {
  const field = 'pre_tokenizer.Split';
  // Inverted and removed, it drops what does not match; the known patterns match everything.
  const keepsMatches = behavior === 'Isolated' || (behavior === 'Removed' && invert === true);
  if (!keepsMatches) throw refusal(`${field}.behavior`, `is ${quoted(behavior)}: use Isolated`);
  const regex = isObject(pattern) ? pattern.Regex : undefined;
  const scan = typeof regex === 'string' ? scanners.get(regex) : undefined;
  if (scan) return scan;
  throw refusal(
    `${field}.pattern`,
    `is ${quoted(regex ?? pattern)}: only the patterns of GPT-2 and Qwen2 are supported`,
  );
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
