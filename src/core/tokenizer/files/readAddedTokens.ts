// The added tokens of a tokenizer.json.
import { encodeUtf8 } from '../../text/utf8';
import type { AddedToken } from '../addedTokens';
import { TokenizerError } from '../../errors';
import { isId } from './readBpeModel';
import { isObject, quote } from '../../json';

/** Also enters them into `contents` and `tokens`. `textOf` maps a token's content to the text that it represents. */
export function readAddedTokens(
  list: unknown,
  contents: Map<string, number>,
  tokens: (Uint8Array | undefined)[],
  textOf: (content: string) => string,
): AddedToken[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw new TokenizerError('tokenizer.json: added_tokens is not a list');
  return list.flatMap((json: unknown) => {
    const problem = (what: string) => new TokenizerError(`An added token, ${quote(json)}, ${what}`);
    if (!isObject(json) || typeof json.content !== 'string') throw problem('has no content');
    const { content, id } = json;
    if (!isId(id)) throw problem(`has the id ${quote(id)}`);
    if (content === '') return [];
    const known = contents.get(content);
    if (known !== undefined && known !== id) throw problem(`is in the vocabulary with id ${known}`);
    if (known === undefined && tokens[id]) throw problem('has an id that belongs to another token');
    const bytes = textOf(content);
    contents.set(content, id);
    tokens[id] = encodeUtf8(bytes);
    const is = (field: string) => json[field] === true;
    return [
      {
        id,
        content,
        bytes,
        special: is('special'),
        normalized: is('normalized'),
        lstrip: is('lstrip'),
        rstrip: is('rstrip'),
        singleWord: is('single_word'),
      },
    ];
  });
}
