// Text split at the characters that a vocabulary cannot spell.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CharacterAlphabet } from '../../../../src/core/tokenizer/bpe/alphabet';
import { UnknownCharacters } from '../../../../src/core/tokenizer/lookup/unknownCharacters';
import { seedOr } from '../../../support/seed';

const known = new Map([...'ab😀'].map((character, id) => [character.codePointAt(0)!, id]));
const alphabet = new CharacterAlphabet(known, undefined);
const token = { id: 9, bytes: '' };
const texts = fc
  .array(fc.constantFrom('a', 'b', '😀', 'é', '日', '𐍈', '\ud800'), { maxLength: 12 })
  .map(characters => characters.join(''));

test.each([
  ['each is a piece of its own', false, /[^ab😀]|[ab😀]+/gu],
  ['each run of them is a piece', true, /[^ab😀]+|[ab😀]+/gu],
])('%s', (_, fuses, pieces) => {
  const unknown = new UnknownCharacters(alphabet, token, fuses);
  fc.assert(
    fc.property(texts, text => {
      const expected = Array.from(text.matchAll(pieces), ({ 0: piece, index }) => ({
        start: index,
        end: index + piece.length,
        ...(/^[^ab😀]/u.test(piece) && { token }),
      }));
      expect(unknown.split(text)).toEqual(expected);
    }),
    { seed: seedOr(1), numRuns: 300 },
  );
});
