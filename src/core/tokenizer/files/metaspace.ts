// Tokenizers in the manner of SentencePiece (Kudo and Richardson 2018), which spell a blank as U+2581 and often put
// one before the text. Here the text keeps its blanks and the vocabulary is read with blanks, so that tokens have
// the text's own bytes; only a U+2581 of the text itself, which such a tokenizer takes for a blank, is replaced.
import { quoted } from '../../json';
import { BLANK_RUNS, normalizersOf } from './normalizers';
import { behaviors } from '../patterns/behavior';
import { literal } from '../patterns/run';
import type { Scan } from '../patterns/scan';
import type { Pipeline } from './pipeline';
import { prepend, replaceAll, type Respell, type Rewrite } from '../normalize/rewrite';
import { namesOf, refusal, type Step } from './pipelineSteps';

export const SPELLED_BLANK = '\u2581';
export const toBlanks = replaceAll(SPELLED_BLANK, ' ');
/** Not before an empty text. */
export const prependBlank = prepend(' ');

/** A vocabulary's spelling as the text that it stands for, and back. */
export const withBlanks = (spelling: string) => spelling.replaceAll(SPELLED_BLANK, ' ');
export const spelled = (text: string) => text.replaceAll(' ', SPELLED_BLANK);

export function isSpaced(normalizers: readonly Step[], preTokenizers: readonly Step[]): boolean {
  return normalizers.some(spellsBlanks) || preTokenizers.some(({ type }) => type === 'Metaspace');
}

export function spacedPipeline(
  normalizers: readonly Step[],
  preTokenizers: readonly Step[],
): Pipeline {
  return {
    isByteLevel: false,
    normalizer: namesOf(normalizers.filter(step => !spellsBlanks(step))),
    normalizers: rewritesOf(normalizers),
    ...preTokenizersOf(
      preTokenizers,
      normalizers.some(step => spellsBlanks(step) && isBlank(step.pattern)),
    ),
  };
}

export function spellsBlanks({ type, pattern, content }: Step): boolean {
  const isOfBlanks = isBlank(pattern) || regexOf(pattern) === BLANK_RUNS;
  return type === 'Replace' && isOfBlanks && content === SPELLED_BLANK;
}

const regexOf = (pattern: unknown) => (pattern as { Regex?: unknown } | null | undefined)?.Regex;

function isBlank(pattern: unknown): boolean {
  return (pattern as { String?: unknown } | null | undefined)?.String === ' ';
}

/** With the blanks as such that the steps spell U+2581. */
export function rewritesOf(steps: readonly Step[]): Rewrite[] {
  let isSpelled = false;
  return steps.flatMap(step => {
    if (spellsBlanks(step)) {
      isSpelled = true;
      const runs = regexOf(step.pattern) === BLANK_RUNS;
      return [...(runs ? normalizersOf([{ ...step, content: ' ' }]) : []), toBlanks];
    }
    if (step.type === 'Prepend') {
      const { prepend: prefix } = step;
      if (prefix === SPELLED_BLANK) return [prependBlank];
      throw refusal('normalizer.Prepend', `is ${quoted(prefix)}: only U+2581 is supported`);
    }
    // It would find U+2581 where the text here has blanks.
    if (isSpelled) {
      throw refusal('normalizer', `has ${quoted(step.type)} after blanks became U+2581`);
    }
    return normalizersOf([step]);
  });
}

/** `noBlanks`: the normaliser has left none, so that a Split on blanks finds nothing. */
function preTokenizersOf(
  steps: readonly Step[],
  noBlanks: boolean,
): { scans: Scan[]; respell: Respell | undefined } {
  const rest = steps.filter(
    ({ type, pattern }) => !(noBlanks && type === 'Split' && isBlank(pattern)),
  );
  if (rest.length === 0) return { scans: [], respell: undefined };
  const [step] = rest;
  if (rest.length > 1 || step!.type !== 'Metaspace') {
    throw refusal(
      'pre_tokenizer',
      `is ${namesOf(rest)}: where blanks are spelled U+2581, only Metaspace is supported`,
    );
  }
  return metaspace(step!);
}

export function metaspace({ replacement, add_prefix_space, prepend_scheme, split }: Step): {
  scans: Scan[];
  respell: Respell;
} {
  if (replacement !== SPELLED_BLANK) {
    throw refusal(
      'pre_tokenizer.Metaspace',
      `replaces by ${quoted(replacement)}: only U+2581 is supported`,
    );
  }
  // Files from before `prepend_scheme` existed say the same with `add_prefix_space`.
  const scheme = add_prefix_space === false ? 'never' : (prepend_scheme ?? 'always');
  if (scheme !== 'never' && scheme !== 'first' && scheme !== 'always') {
    throw refusal('pre_tokenizer.Metaspace', `has the prepend_scheme ${quoted(scheme)}`);
  }
  const respell: Respell = (text, isFirst) => {
    const prefixes = scheme === 'always' || (scheme === 'first' && isFirst);
    const begins = text[0] === ' ' || text[0] === SPELLED_BLANK;
    return [...(prefixes && !begins ? prependBlank(text) : []), ...toBlanks(text)];
  };
  schemes.set(respell, scheme);
  return {
    scans: split === false ? [] : [behaviors.get('MergedWithNext')!(literal(' '))],
    respell,
  };
}

type PrependScheme = 'never' | 'first' | 'always';
const schemes = new WeakMap<Respell, PrependScheme>();

/** Where Metaspace puts a blank before what begins with none. */
export function prefixesOf(respell: Respell): PrependScheme | undefined {
  return schemes.get(respell);
}
