// The token that a model is given before a text: the one that its tokenizer puts there. A wrong one costs more than none:
// SmolLM2's <|im_start|>, which its tokenizer names as bos_token and never puts before a text, makes the second token 22
// bits more surprising.
import { join } from 'node:path';
import { UserError } from '../../core/errors';
import { isObject, type Json } from '../../core/json';
import type { TokenizerFiles } from '../../core/tokenizer/files/loadTokenizer';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';

export interface StartToken {
  readonly id: number;
  readonly content: string;
}

export interface StartFiles {
  readonly path: string;
  readonly files: TokenizerFiles;
  readonly tokenizerConfig: Json | undefined;
  /** Of config.json. */
  readonly bosTokenId: unknown;
  /** The content of tokenscope.json. */
  readonly own: Json;
}

/** Null for none; a warning, for people, where what the tokenizer puts there cannot be used. */
export interface FoundStart {
  readonly start: StartToken | null;
  readonly warning?: string;
}

/**
 * `"start"` of tokenscope.json, null for none; else what the post-processor of tokenizer.json puts before a text; else
 * `bos_token` where `add_bos_token` of tokenizer_config.json says so, which is the default of SentencePiece tokenizers of
 * Llama and Gemma; else, for tokenizers that say nothing (llama2.c's, a SentencePiece model alone), `bos_token_id` of
 * config.json. As `transformers` 5 does it where there is a tokenizer.json. Throws `UserError`.
 */
export function findStartToken(
  tokenizer: Tokenizer,
  { path, files, tokenizerConfig, bosTokenId, own }: StartFiles,
): FoundStart {
  const named = (content: string | undefined): StartToken | null => {
    const id = content === undefined ? undefined : tokenizer.idOf(content);
    return content === undefined || id === undefined ? null : { id, content };
  };
  if (own.start === null) return { start: null };
  const ownStart = contentOf(own.start);
  if (ownStart !== undefined) {
    const start = named(ownStart);
    if (start) return { start };
    throw new UserError(
      `${join(path, 'tokenscope.json')}: "start" is ${JSON.stringify(ownStart)}, which is not a token of the tokenizer.`,
    );
  }
  const json = files['tokenizer.json'];
  const before = isObject(json) ? tokensBefore(json.post_processor) : undefined;
  if (before) {
    const [first, ...more] = before;
    if (more.length > 0) {
      const all = before.map(({ content }) => content).join('');
      return {
        start: null,
        warning:
          `Its tokenizer puts ${before.length} tokens before a text (${all}), and none of them is used: ` +
          'set one as "start" in its tokenscope.json.',
      };
    }
    return { start: first && first.id < tokenizer.vocabSize ? first : null };
  }
  const adds = tokenizerConfig?.add_bos_token;
  const isSaid = typeof adds === 'boolean';
  const isMerges = json !== undefined || files['vocab.json'] !== undefined;
  if (isSaid ? adds : !isMerges && addsByDefault(tokenizerConfig))
    return { start: named(contentOf(tokenizerConfig?.bos_token)) };
  if (isMerges || tokenizerConfig || !isId(bosTokenId) || bosTokenId >= tokenizer.vocabSize)
    return { start: null };
  const content = new TextDecoder().decode(tokenizer.bytesOf(bosTokenId));
  return { start: { id: bosTokenId, content } };
}

/** Tokenizers whose classes put `bos_token` before a text unless they are told otherwise. */
function addsByDefault(tokenizerConfig: Json | undefined): boolean {
  return /^(Code)?(Llama|Gemma)Tokenizer(Fast)?$/.test(String(tokenizerConfig?.tokenizer_class));
}

/**
 * The special tokens that a post-processor puts before a text alone; undefined where it is none that puts any anywhere.
 */
function tokensBefore(processor: unknown): StartToken[] | undefined {
  if (!isObject(processor)) return undefined;
  const { type, single, special_tokens: special, cls } = processor;
  if (type === 'Sequence' && Array.isArray(processor.processors))
    return processor.processors.map(tokensBefore).find(found => found !== undefined);
  if (type === 'BertProcessing' || type === 'RobertaProcessing') {
    const [content, id] = Array.isArray(cls) ? (cls as unknown[]) : [];
    return typeof content === 'string' && isId(id) ? [{ id, content }] : [];
  }
  if (type !== 'TemplateProcessing' || !Array.isArray(single)) return undefined;
  const before: StartToken[] = [];
  for (const piece of single as unknown[]) {
    if (!isObject(piece) || !isObject(piece.SpecialToken)) break;
    const name = String(piece.SpecialToken.id);
    const entry = isObject(special) && Object.hasOwn(special, name) ? special[name] : undefined;
    const ids: unknown[] = isObject(entry) && Array.isArray(entry.ids) ? entry.ids : [];
    for (const id of ids) if (isId(id)) before.push({ id, content: name });
  }
  return before;
}

/** Some configs say -1 for none. */
export function isId(id: unknown): id is number {
  return Number.isSafeInteger(id) && Number(id) >= 0;
}

/** Added tokens are spelled as a string or as `{content}`. */
export function contentOf(token: unknown): string | undefined {
  if (typeof token === 'string') return token;
  const content = isObject(token) ? token.content : undefined;
  return typeof content === 'string' ? content : undefined;
}
