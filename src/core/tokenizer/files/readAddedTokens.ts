// The added tokens of a tokenizer.json.
import { encodeUtf8 } from '../../text/utf8';
import type { AddedToken } from '../addedTokens';
import { TokenizerError } from '../../errors';
import { isId } from './readBpeModel';
import { isObject, quote } from '../../json';

/**
 * Also enters them into `contents` and `tokens`. `modelSize`: the number of entries in the model's vocabulary. `textOf`
 * maps a token's content to the text that it represents.
 *
 * As Rust `tokenizers` does, the ids that the file gives are ignored: a token of the vocabulary keeps its id there, any
 * other gets the next one.
 */
export function readAddedTokens(
  list: unknown,
  contents: Map<string, number>,
  tokens: (Uint8Array | undefined)[],
  modelSize: number,
  textOf: (content: string) => string,
): AddedToken[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw new TokenizerError('tokenizer.json: added_tokens is not a list');
  const added = new Map<string, AddedToken>();
  let next = modelSize;
  for (const json of list as unknown[]) {
    const problem = (what: string) =>
      new TokenizerError(`tokenizer.json: the added token ${quote(json)} ${what}`);
    if (!isObject(json) || typeof json.content !== 'string') throw problem('has no content');
    const { content } = json;
    if (!isId(json.id)) throw problem(`has the id ${quote(json.id)}, which is not a token id`);
    if (content === '') continue;
    const id = contents.get(content) ?? next;
    if (id >= next) next = id + 1;
    if (!contents.has(content) && tokens[id]) {
      throw problem(`would get the id ${id}, which belongs to another token`);
    }
    const bytes = textOf(content);
    contents.set(content, id);
    tokens[id] = encodeUtf8(bytes);
    const is = (field: string) => json[field] === true;
    // The last of repeated tokens counts, but special it stays.
    added.set(content, {
      id,
      content,
      bytes,
      special: is('special') || added.get(content)?.special === true,
      normalized: is('normalized'),
      lstrip: is('lstrip'),
      rstrip: is('rstrip'),
      singleWord: is('single_word'),
    });
  }
  return [...added.values()];
}
