import { formatCount, formatNumberOf } from '../../core/format';
import { NO_TEXT } from '../../core/text/textFiles';
import { UserError } from '../../core/errors';
import { countOfBytes } from '../comparison/tokenizerComparison';
import { defineTool } from './tool';
import { decoded } from './toolText';

export const countTokens = defineTool({
  name: 'count_tokens',
  title: 'Count Tokens',
  summary: 'how many tokens, bytes, characters and words a text has',
  description:
    'Counts the tokens of a text or file exactly, with the tokenizer of a language model on this machine. Also counts bytes, characters and words. It is fast, because it computes no scores. Use it to find out whether a text fits into a context window, or what it costs.',
  inputs: {},
  mostBytes: 16 << 20,
  async run(engine, given) {
    // Says what is wrong with bytes that are no text.
    decoded(given);
    const { tokenizer, info } = await engine.model('tokenizer');
    const count = countOfBytes(given.bytes, tokenizer);
    if (!count) throw new UserError(`${given.name} is ${NO_TEXT}: it holds a NUL.`);
    const { tokens, bytes, characters, words } = count;
    const sizes = [
      formatNumberOf(bytes, 'byte'),
      formatNumberOf(characters, 'character'),
      formatNumberOf(words, 'word'),
    ];
    return {
      text: `${formatCount(tokens)} ${tokens === 1 ? 'token' : 'tokens'} by ${info.name} (${info.tokenizer}): ${sizes.join(', ')}.`,
      data: { model: info.name, tokenizer: info.tokenizer, tokens, bytes, characters, words },
    };
  },
});
