// The final answer of a text, and whether it is correct.

/** How the answer is found in the text. */
export type AnswerRule =
  /** `####`, else `\boxed{}`, else "the answer is", the last of each. */
  | { readonly kind: 'auto' }
  /** The first group of the last match, or all of it. */
  | { readonly kind: 'pattern'; readonly pattern: string };

const HASHES = /^.*(?:####|^A:)[ \t]*(\S[^\n]*)$/gm;
/** Up to the end of the sentence, or a reason. */
const SAYING =
  /\b(?:answer|result)\s+is:?\s*(?:\*\*)?\s*([^\n]+?)(?:\*\*)?(?=[.!]?\s*(?:\n|$)|[.!]\s|,?\s(?:because|since|as)\b)/gi;

/** Undefined if none is found. Throws `SyntaxError` for an invalid pattern. */
export function finalAnswer(text: string, rule: AnswerRule = { kind: 'auto' }): string | undefined {
  if (rule.kind === 'pattern') return lastOf(text, new RegExp(rule.pattern, 'gm'));
  return lastOf(text, HASHES) ?? lastBoxed(text) ?? lastOf(text, SAYING);
}

/** Compares numbers by value, and their units if both have one; other answers by their words. */
export function isSameAnswer(one: string, other: string): boolean {
  const [a, b] = [withoutTypesetting(one), withoutTypesetting(other)];
  if (a === b) return true;
  const [x, y] = [measureOf(a), measureOf(b)];
  if (!x || !y || x.value !== y.value) return false;
  // Units are often omitted, but if both are present they must agree.
  return x.unit === '' || y.unit === '' || x.unit === y.unit;
}

function lastOf(text: string, pattern: RegExp): string | undefined {
  const match = [...text.matchAll(pattern)].at(-1);
  const found = (match?.[1] ?? match?.[0])?.trim();
  return found === '' ? undefined : found;
}

/** Braces may be nested. */
function lastBoxed(text: string): string | undefined {
  const open = /\\(?:boxed|fbox)\s*\{/g;
  const match = [...text.matchAll(open)].at(-1);
  if (!match) return undefined;
  const from = match.index + match[0].length;
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return text.slice(from, at).trim() || undefined;
  }
  return undefined;
}

/** Without typesetting: dollars around it, parentheses, LaTeX fractions, a final full stop. */
function withoutTypesetting(answer: string): string {
  return answer
    .trim()
    .replace(/\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, '$1/$2')
    .replace(/\\text\s*\{([^{}]*)\}/g, '$1')
    .replace(/\\[,!;\s]|\\[()[\]]|\*\*/g, '')
    .replace(/[.\s]+$/, '')
    .replace(/^\$+|\$+$/g, '')
    .replace(/^\((.*)\)$/, '$1')
    .trim()
    .toLowerCase();
}

const NUMBER_WITH_UNIT =
  /^[$€£]?\s*([-−+]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?)\s*(%|[a-z°]+\.?)?$/;

/** Undefined if it is not a number with an optional unit. */
function measureOf(answer: string): { value: number; unit: string } | undefined {
  const match = NUMBER_WITH_UNIT.exec(answer);
  if (!match) return undefined;
  const value = Number(match[1]!.replace('−', '-').replaceAll(',', ''));
  return { value, unit: match[2] ?? '' };
}
