// Tokenizers in the manner of SentencePiece (Kudo and Richardson 2018), which spell a blank as U+2581 and often put
// one before the text. Here the text keeps its blanks and the vocabulary is read with blanks, so that tokens have
// the text's own bytes; only a U+2581 of the text itself, which such a tokenizer takes for a blank, is replaced.
import { quoted } from '../../json';
import { BLANK_RUNS, normalizersOf } from './normalizers';
import { behaviors } from '../patterns/behavior';
import { literal } from '../patterns/run';
import type { Scan } from '../patterns/scan';
import { type Pipeline, namesOf, refusal, type PipelineStep } from './pipelineSteps';
import { prepend, replaceAll, type Respell, type Rewrite } from '../normalize/rewrite';

export const METASPACE = '\u2581';
export const toSpaces = replaceAll(METASPACE, ' ');
/** Not before an empty text. */
export const prependSpace = prepend(' ');

/** A vocabulary's spelling as the text that it stands for, and back. */
export const withSpaces = (spelling: string) => spelling.replaceAll(METASPACE, ' ');
export const withMetaspaces = (text: string) => text.replaceAll(' ', METASPACE);

export function isSentencePiece(
  normalizers: readonly PipelineStep[],
  preTokenizers: readonly PipelineStep[],
): boolean {
  return normalizers.some(mapsSpaces) || preTokenizers.some(({ type }) => type === 'Metaspace');
}

export function sentencePiecePipeline(
  normalizers: readonly PipelineStep[],
  preTokenizers: readonly PipelineStep[],
): Pipeline {
  return {
    isByteLevel: false,
    normalizer: namesOf(normalizers.filter(step => !mapsSpaces(step))),
    normalizers: rewritesOf(normalizers),
    ...preTokenizersOf(
      preTokenizers,
      normalizers.some(step => mapsSpaces(step) && isBlank(step.pattern)),
    ),
  };
}

export function mapsSpaces({ type, pattern, content }: PipelineStep): boolean {
  const isOfBlanks = isBlank(pattern) || regexOf(pattern) === BLANK_RUNS;
  return type === 'Replace' && isOfBlanks && content === METASPACE;
}

const regexOf = (pattern: unknown) => (pattern as { Regex?: unknown } | null | undefined)?.Regex;

function isBlank(pattern: unknown): boolean {
  return (pattern as { String?: unknown } | null | undefined)?.String === ' ';
}

/** With the blanks as such that the steps spell U+2581. */
export function rewritesOf(steps: readonly PipelineStep[]): Rewrite[] {
  let isSpelled = false;
  return steps.flatMap(step => {
    if (mapsSpaces(step)) {
      isSpelled = true;
      const runs = regexOf(step.pattern) === BLANK_RUNS;
      return [...(runs ? normalizersOf([{ ...step, content: ' ' }]) : []), toSpaces];
    }
    if (step.type === 'Prepend') {
      const { prepend: prefix } = step;
      if (prefix === METASPACE) return [prependSpace];
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
  steps: readonly PipelineStep[],
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

export function metaspace({ replacement, add_prefix_space, prepend_scheme, split }: PipelineStep): {
  scans: Scan[];
  respell: Respell;
} {
  if (replacement !== METASPACE) {
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
    const begins = text[0] === ' ' || text[0] === METASPACE;
    return [...(prefixes && !begins ? prependSpace(text) : []), ...toSpaces(text)];
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
export function prependSchemeOf(respell: Respell): PrependScheme | undefined {
  return schemes.get(respell);
}
