// The user's own pattern for answers.
import { runPattern } from '../patternThread';

const WORDS = { what: 'The pattern for answers', where: 'see tokenscope.traces.answerPattern' };

/** The first group of the last match, or all of it. */
const SCRIPT = `
  const expression = new RegExp(pattern, 'gm');
  return texts.map(text => {
    let last;
    for (const match of text.matchAll(expression)) last = match;
    return (last?.[1] ?? last?.[0])?.trim() || undefined;
  });
`;

/** The answer of each text, undefined where there is none. Throws as `runPattern`. */
export async function answersByPattern(
  pattern: string,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<(string | undefined)[]> {
  return texts.length === 0 ? [] : runPattern(SCRIPT, pattern, texts, WORDS, signal);
}
