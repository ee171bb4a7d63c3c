// The tokens of a text that continues another one: without the space that a tokenizer puts before a whole text, however
// it writes the text's first character.
import { expect, test } from 'vitest';
import { encodeContinuation } from '../../../src/core/completion/encodeContinuation';
import { loadTokenizer } from '../../../src/core/tokenizer/files/loadTokenizer';

const pieces = ['<unk>', '▁', 'A', 'b', '▁A', '\n'];
const tokenizer = loadTokenizer({
  'tokenizer.json': {
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFKC' },
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      merges: [['▁', 'A']],
      unk_token: '<unk>',
      byte_fallback: false,
    },
    added_tokens: [{ id: 0, content: '<unk>', special: true }],
  },
});
const idsOf = (names: readonly string[]) => names.map(name => pieces.indexOf(name));

test.each([
  ['Ab', ['A', 'b']],
  // Full width: three bytes, of which one is left.
  ['\uff21b', ['A', 'b']],
])('%s', (text, names) => {
  expect([...tokenizer.encode(text).ids]).toEqual(idsOf(['▁A', 'b']));
  expect(encodeContinuation(tokenizer, text)).toEqual(idsOf(names));
});
