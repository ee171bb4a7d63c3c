// The normalizers of a tokenizer.json, by type.
import { bertNormalizers } from '../normalize/bertNormalizer';
import { isObject, quote } from '../../json';
import { normalization, toNfc } from '../normalize/unicodeForms';
import { precompiled } from '../normalize/precompiled';
import {
  lowercase,
  prepend,
  replaceAll,
  replaceCharacters,
  strip,
  stripAccents,
  type Rewrite,
} from '../normalize/rewrite';
import { refusal, type PipelineStep } from './pipelineSteps';

const known: Record<string, (step: PipelineStep) => Rewrite | Rewrite[]> = {
  NFC: () => toNfc,
  NFD: () => normalization('NFD'),
  NFKC: () => normalization('NFKC'),
  NFKD: () => normalization('NFKD'),
  Lowercase: () => lowercase,
  Strip: ({ strip_left, strip_right }) => strip(strip_left === true, strip_right === true),
  StripAccents: stripAccents,
  BertNormalizer: bertNormalizers,
  Precompiled: ({ precompiled_charsmap }) => precompiled(precompiled_charsmap),
  Prepend: ({ prepend: prefix }) => prepend(string(prefix, 'Prepend.prepend')),
  Replace: ({ pattern, content }) => {
    const by = string(content, 'Replace.content');
    const { String: found, Regex: regex } = isObject(pattern) ? pattern : {};
    if (regex === '\\s+') return replaceCharacters(/\p{White_Space}+/gu, () => by);
    if (regex === SPACE_RUNS) return replaceCharacters(/ {2,}/g, () => by);
    if (typeof found === 'string' && found !== '') return replaceAll(found, by);
    throw refusal(
      'normalizer.Replace.pattern',
      `is ${quote(pattern)}; only strings and the regular expressions "${SPACE_RUNS}" and "\\s+" are supported`,
    );
  },
};

/** The pattern with which SentencePiece's files collapse runs of spaces. */
export const SPACE_RUNS = ' {2,}';

export function normalizersOf(steps: readonly PipelineStep[]): Rewrite[] {
  return steps.flatMap(step => {
    if (Object.hasOwn(known, step.type)) return known[step.type]!(step);
    const names = Object.keys(known).join(', ');
    throw refusal('normalizer', `is ${quote(step.type)}; only ${names} are supported`);
  });
}

function string(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  throw refusal(`normalizer.${field}`, `is ${quote(value)}, not a string`);
}
