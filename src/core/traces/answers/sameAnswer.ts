// Whether two answers are the same, however they are written. What is not understood is compared as text.
import { MOST_CHARACTERS, readAnswer } from './readAnswer';
import { isSame } from './sameValue';

/**
 * Numbers and expressions are compared by value, lists without order unless they have round brackets, `x = 5` as 5.
 * Percent signs, currencies, units, quotes and capital letters do not matter; two units of measurement must be one.
 */
export function isSameAnswer(one: string, other: string): boolean {
  if (Math.max(one.length, other.length) > MOST_CHARACTERS) return one.trim() === other.trim();
  const [a, b] = [plainText(one), plainText(other)];
  if (a === '' || b === '') return a === b;
  if (a === b) return true;
  const choice = isSameChoice(a, b);
  if (choice !== undefined) return choice;
  const [x, y] = [readAnswer(unquoted(one)), readAnswer(unquoted(other))];
  if (x && y && isSame(x, y)) return true;
  const [decimal, otherDecimal] = [decimalOf(a), decimalOf(b)];
  return decimal !== undefined && decimal === otherDecimal;
}

/** In small letters, without quotes, mathematical typesetting around it, and a final full stop. */
function plainText(answer: string): string {
  return unquoted(answer)
    .replace(/\\(?:text|mathrm|textbf|textit|mathbf|mbox|operatorname|boxed)\s*\{([^{}]*)\}/g, '$1')
    .replace(/\\(?:left|right|[,!;: ()[\]])|[$]|\*\*/g, '')
    .replace(/\s+/g, ' ')
    .replace(/^ ?\(([^()]*)\) ?$/, '$1')
    .trim()
    .toLowerCase();
}

const QUOTES = /^["'“”‘’`«»\s]+|["'“”‘’`«»\s]+$/g;

function unquoted(answer: string): string {
  return withoutStop(answer.trim())
    .replace(QUOTES, '')
    .replace(/^\*\*|\*\*$/g, '');
}

/** Without the full stops at its end. */
function withoutStop(text: string): string {
  let end = text.length;
  while (end > 0 && /[.\s]/.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/** `(b) 15.8` in two parts, `b` without the second; undefined if it is no choice. */
const CHOICE = /^\(?([a-j])(?:\)|[.:](?!\d)|$)\s*([^]*)$/;

/** Undefined if neither is a choice among several. */
function isSameChoice(a: string, b: string): boolean | undefined {
  const [one, other] = [CHOICE.exec(a), CHOICE.exec(b)];
  if (one && other) return one[1] === other[1];
  const found = one ?? other;
  if (!found?.[2]) return undefined;
  return isSameAnswer(found[2], one ? b : a);
}

/** '1000,99' as people write it in much of the world; also with a dot, to compare. */
function decimalOf(text: string): string | undefined {
  const match = /^([-+]?\d+)[.,](\d+)$/.exec(text);
  return match ? `${match[1]}.${match[2]}` : undefined;
}
