// The tokenizer of a GGUF file, and the tokens that begin and end its texts.
import { TokenizerError, UserError } from '../../core/errors';
import { tokenizerOfGguf } from '../../core/tokenizer/files/gguf';
import { ggufSplits } from '../../core/tokenizer/files/ggufSplits';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import type { Metadata } from './metadata';

const KEY = 'tokenizer.ggml.';

/** `name` is that of the file, for messages; `rows`: of its table of embeddings. Throws `UserError`. */
export function ggufTokenizer(metadata: Metadata, name: string, rows?: number): Tokenizer {
  try {
    return tokenizerOfGguf({
      model: metadata.string(`${KEY}model`),
      pre: metadata.string(`${KEY}pre`),
      tokens: metadata.strings(`${KEY}tokens`) ?? [],
      scores: metadata.numbers(`${KEY}scores`),
      types: metadata.numbers(`${KEY}token_type`),
      rows,
      merges: metadata.strings(`${KEY}merges`),
      addSpacePrefix: metadata.boolean(`${KEY}add_space_prefix`),
      removeExtraSpaces: metadata.boolean(`${KEY}remove_extra_whitespaces`),
    });
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    throw new UserError(`${error.message} (in ${name})`);
  }
}

export interface TextEnds {
  /** The token that the model is given before a text; null where it is given none. */
  readonly start: { id: number; content: string } | null;
  /** The tokens that end a text, none twice. */
  readonly ends: readonly number[];
}

export function textEnds(metadata: Metadata, tokenizer: Tokenizer): TextEnds {
  const isSentencePiece = metadata.string(`${KEY}model`) === 'llama';
  const addsStart =
    metadata.boolean(`${KEY}add_bos_token`) ??
    (isSentencePiece || ggufSplits(metadata.string(`${KEY}pre`)).addsStart);
  const named = idAt(metadata, tokenizer, 'bos_token_id');
  const id = addsStart ? (named ?? (isSentencePiece ? 1 : undefined)) : undefined;
  const ends = ['eos_token_id', 'eot_token_id', 'eom_token_id'].map(key =>
    idAt(metadata, tokenizer, key),
  );
  return {
    start: id === undefined ? null : { id, content: contentOf(tokenizer, id) },
    ends: [...new Set(ends.filter(end => end !== undefined))],
  };
}

/** "fim" as tokenscope.json has it, of the ids that the file names; undefined where it names too few. */
export function fimTemplate(
  metadata: Metadata,
  tokenizer: Tokenizer,
): { psm: string; end: string[] } | undefined {
  const nameAt = (...keys: string[]) => {
    const ids = keys.map(key => idAt(metadata, tokenizer, key));
    const id = ids.find(each => each !== undefined);
    return id === undefined ? undefined : contentOf(tokenizer, id);
  };
  // Older files have the second names.
  const prefix = nameAt('fim_pre_token_id', 'prefix_token_id');
  const suffix = nameAt('fim_suf_token_id', 'suffix_token_id');
  const middle = nameAt('fim_mid_token_id', 'middle_token_id');
  const names = [prefix, suffix, middle];
  // A name that is no token by itself would be read as text.
  if (names.some(name => name === undefined || tokenizer.idOf(name) === undefined))
    return undefined;
  const end = ['fim_pad_token_id', 'fim_rep_token_id', 'fim_sep_token_id'].map(key => nameAt(key));
  return {
    psm: `${prefix}{prefix}${suffix}{suffix}${middle}`,
    end: end.filter(name => name !== undefined && tokenizer.idOf(name) !== undefined) as string[],
  };
}

/** Undefined where the key is absent, or names no token. */
function idAt(metadata: Metadata, tokenizer: Tokenizer, key: string): number | undefined {
  const id = metadata.number(`${KEY}${key}`);
  return id !== undefined && Number.isSafeInteger(id) && id >= 0 && id < tokenizer.vocabSize
    ? id
    : undefined;
}

function contentOf(tokenizer: Tokenizer, id: number): string {
  return new TextDecoder().decode(tokenizer.bytesOf(id));
}
