// SentencePiece-style tokenizers (Kudo and Richardson 2018), which spell a space as U+2581 and often prepend one to the
// text. Here the text keeps its spaces and the vocabulary is read with spaces, so that tokens have the text's own
// bytes. Only a U+2581 in the text itself, which such a tokenizer reads as a space, is replaced.
import { quote } from '../../json';
import { SPACE_RUNS, normalizersOf } from './normalizers';
import { behaviors } from '../patterns/behavior';
import { literal } from '../patterns/run';
import type { Scan } from '../patterns/scan';
import { type Pipeline, namesOf, refusal, type PipelineStep } from './pipelineSteps';
import { prepend, replaceAll, type Respell, type Rewrite } from '../normalize/rewrite';
import { METASPACE } from '../../text/characters';

export const toSpaces = replaceAll(METASPACE, ' ');
/** Not for an empty text. */
export const prependSpace = prepend(' ');

/** Between a vocabulary's spelling and the text that it represents. */
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
      normalizers.some(step => mapsSpaces(step) && isSpace(step.pattern)),
    ),
  };
}

export function mapsSpaces({ type, pattern, content }: PipelineStep): boolean {
  const isOfSpaces = isSpace(pattern) || regexOf(pattern) === SPACE_RUNS;
  return type === 'Replace' && isOfSpaces && content === METASPACE;
}

const regexOf = (pattern: unknown) => (pattern as { Regex?: unknown } | null | undefined)?.Regex;

function isSpace(pattern: unknown): boolean {
  return (pattern as { String?: unknown } | null | undefined)?.String === ' ';
}

/** The rewrites of the steps, with spaces where the steps write U+2581. */
export function rewritesOf(steps: readonly PipelineStep[]): Rewrite[] {
  let isSpelled = false;
  return steps.flatMap(step => {
    if (mapsSpaces(step)) {
      isSpelled = true;
      const runs = regexOf(step.pattern) === SPACE_RUNS;
      return [...(runs ? normalizersOf([{ ...step, content: ' ' }]) : []), toSpaces];
    }
    if (step.type === 'Prepend') {
      const { prepend: prefix } = step;
      if (prefix === METASPACE) return [prependSpace];
      throw refusal('normalizer.Prepend', `is ${quote(prefix)}; only U+2581 is supported`);
    }
    // It would find U+2581 where the text here has spaces.
    if (isSpelled) {
      throw refusal(
        'normalizer',
        `has ${quote(step.type)} after the step that replaces spaces by U+2581, which is not supported`,
      );
    }
    return normalizersOf([step]);
  });
}

/** `noSpaces`: the normalizer has removed all spaces, so a Split on spaces finds nothing. */
function preTokenizersOf(
  steps: readonly PipelineStep[],
  noSpaces: boolean,
): { scans: Scan[]; respell: Respell | undefined } {
  const rest = steps.filter(
    ({ type, pattern }) => !(noSpaces && type === 'Split' && isSpace(pattern)),
  );
  if (rest.length === 0) return { scans: [], respell: undefined };
  const [step] = rest;
  if (rest.length > 1 || step!.type !== 'Metaspace') {
    throw refusal(
      'pre_tokenizer',
      `is ${namesOf(rest)}; where spaces are written as U+2581, only Metaspace is supported`,
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
      `has the replacement ${quote(replacement)}; only U+2581 is supported`,
    );
  }
  // Files older than `prepend_scheme` use `add_prefix_space` for the same setting.
  const scheme = add_prefix_space === false ? 'never' : (prepend_scheme ?? 'always');
  if (scheme !== 'never' && scheme !== 'first' && scheme !== 'always') {
    throw refusal(
      'pre_tokenizer.Metaspace',
      `has the prepend_scheme ${quote(scheme)}; only always, first and never are supported`,
    );
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

/** Where Metaspace prepends a space to text that does not begin with one. */
export function prependSchemeOf(respell: Respell): PrependScheme | undefined {
  return schemes.get(respell);
}
