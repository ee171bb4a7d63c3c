// The normalizer and the pre_tokenizer of tokenizers whose model looks up words instead of merging bytes: Unigram and
// WordPiece. Most of them drop the white space between words.
import { SPACE_CLASS, classAt, classes, codePointAt } from '../unicode/classes';
import { quote, type Json } from '../../json';
import { normalizersOf } from './normalizers';
import type { Scan } from '../patterns/scan';
import { scanOfDigits, scanOfPunctuation, scanOfSplit } from './preTokenizers';
import type { Respell, Rewrite } from '../normalize/rewrite';
import { isSentencePiece, metaspace, rewritesOf, mapsSpaces } from './metaspace';
import { namesOf, refusal, stepsOf, type PipelineStep } from './pipelineSteps';

/** Splits text; the pieces that it `drops` are not seen by the model. */
export interface PretokenSplit {
  readonly scan: Scan;
  /** Called with the start of a piece. */
  readonly drops?: (text: string, at: number, to: number) => boolean;
}

export interface LookupPipeline {
  /** For display: 'NFC'. */
  readonly normalizer: string;
  readonly normalizers: readonly Rewrite[];
  /** Each splits the pieces that those before it leave. */
  readonly splits: readonly PretokenSplit[];
  /** The change made to each piece after that. */
  readonly respell: Respell | undefined;
  /** Whether the vocabulary spells spaces as U+2581. */
  readonly usesMetaspace: boolean;
  /** These split the result of `respell`. */
  readonly scans: readonly Scan[];
}

export function wordPipelineOf(json: Json): LookupPipeline {
  const normalizers = stepsOf(json.normalizer, 'normalizer', 'normalizers');
  const preTokenizers = stepsOf(json.pre_tokenizer, 'pre_tokenizer', 'pretokenizers');
  const spaced = isSentencePiece(normalizers, preTokenizers);
  const last = preTokenizers.at(-1);
  const isMetaspace = last?.type === 'Metaspace';
  const before = isMetaspace ? preTokenizers.slice(0, -1) : preTokenizers;
  if (before.length > 0 && normalizers.some(mapsSpaces)) {
    // They would search for spaces where there is U+2581.
    throw refusal(
      'pre_tokenizer',
      `has ${namesOf(before)} after the step that replaces spaces by U+2581, which is not supported`,
    );
  }
  return {
    normalizer: namesOf(normalizers.filter(step => !mapsSpaces(step))),
    normalizers: spaced ? rewritesOf(normalizers) : normalizersOf(normalizers),
    splits: before.flatMap(splitsOf),
    usesMetaspace: spaced,
    ...(isMetaspace ? metaspace(last) : { respell: undefined, scans: [] }),
  };
}

const cutsByType: Record<string, (step: PipelineStep) => PretokenSplit[]> = {
  WhitespaceSplit: () => [betweenSpace],
  Whitespace: () => [wordsAndSigns],
  BertPreTokenizer: () => [betweenSpace, { scan: scanOfPunctuation({ behavior: 'Isolated' }) }],
  Punctuation: step => [{ scan: scanOfPunctuation(step) }],
  Digits: step => [{ scan: scanOfDigits(step) }],
  Split: step => [{ scan: scanOfSplit(step) }],
};

function splitsOf(step: PipelineStep): PretokenSplit[] {
  if (Object.hasOwn(cutsByType, step.type)) return cutsByType[step.type]!(step);
  const names = Object.keys(cutsByType).join(', ');
  throw refusal(
    'pre_tokenizer',
    `has the step ${quote(step.type)}; with Unigram and WordPiece, only ${names} and a final Metaspace are supported`,
  );
}

type KindAt = (text: string, at: number, to: number) => number;

const isSpace: KindAt = (text, at, to) => (classAt(classes, text, at, to) === SPACE_CLASS ? 0 : 1);

/** Rust's `\w`, white space, and everything else. */
const kindOfWhitespace: KindAt = (text, at, to) => {
  if (!isSpace(text, at, to)) return 0;
  const character = String.fromCodePoint(codePointAt(text, at, to));
  return WORD.test(character) && !LATER.test(character) ? 1 : 2;
};
const WORD = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
/** Characters new in Unicode 17.0, which `\w` in Rust `tokenizers` 0.23 does not know. */
const LATER = new RegExp(
  '^[' +
    '\\u088f\\u0c5c\\u0cdc\\u1acf-\\u1add\\u1ae0-\\u1aeb\\ua7ce-\\ua7cf\\ua7d2\\ua7d4\\ua7f1' +
    '\\u{10940}-\\u{10959}\\u{10ec5}-\\u{10ec7}\\u{10efa}-\\u{10efb}\\u{11b60}-\\u{11b67}' +
    '\\u{11db0}-\\u{11ddb}\\u{11de0}-\\u{11de9}\\u{16ea0}-\\u{16eb8}\\u{16ebb}-\\u{16ed3}' +
    '\\u{16ff2}-\\u{16ff6}\\u{187f8}-\\u{187ff}\\u{18d09}-\\u{18d1e}\\u{18d80}-\\u{18df2}' +
    '\\u{1e6c0}-\\u{1e6de}\\u{1e6e0}-\\u{1e6f5}\\u{1e6fe}-\\u{1e6ff}\\u{2b73a}-\\u{2b73f}' +
    '\\u{2cea2}-\\u{2cead}\\u{323b0}-\\u{33479}' +
    ']$',
  'u',
);

const betweenSpace = runsOf(isSpace);
const wordsAndSigns = runsOf(kindOfWhitespace);

/** Runs of characters of one kind, without those of kind 0. */
function runsOf(kindAt: KindAt): PretokenSplit {
  return {
    scan: (text, from, to) => {
      const kind = kindAt(text, from, to);
      let end = from;
      while (end < to && kindAt(text, end, to) === kind) {
        end += codePointAt(text, end, to) > 0xffff ? 2 : 1;
      }
      return end;
    },
    drops: (text, at, to) => kindAt(text, at, to) === 0,
  };
}
