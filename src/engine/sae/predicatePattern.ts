// The regular expressions of predicates, which come with an autoencoder of others.
import { UserError } from '../../core/errors';
import { runPattern } from '../patternThread';

const WORDS = { what: 'The regular expression of the predicate', where: 'or use = or in' };
const SCRIPT = `
  const expression = new RegExp(pattern, 'u');
  return texts.map(text => expression.test(text));
`;
/** In UTF-16: the lines of a file whose lines are very long, each as far as each of its tokens, fill the memory. */
const MOST_TEXT = 1 << 26;

/** Whether each of the texts has a match. Throws as `runPattern`. */
export async function matchesOf(
  pattern: string,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<boolean[]> {
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  if (length > MOST_TEXT)
    throw new UserError('The lines are too long for the regular expression of a predicate.');
  return texts.length === 0 ? [] : runPattern(SCRIPT, pattern, texts, WORDS, signal);
}
