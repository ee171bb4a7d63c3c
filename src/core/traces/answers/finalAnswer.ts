// The final answer of a text: what its last sign of an answer says, whatever kind of sign that is. All scans are linear
// in the text's length: a pattern never looks further than a bounded number of characters without consuming them.
import { splitAtMarks } from '../formats/thinkMarks';
import { lastBoxed, type FoundAnswer } from './boxed';

/**
 * A chain of thought is left out where something follows it. A text that is nothing but a number or a letter in
 * brackets is an answer without a sign. Undefined if none is found.
 */
export function finalAnswer(text: string): string | undefined {
  const parts = splitAtMarks(text);
  const answers = parts.filter(({ kind }) => kind === 'answer');
  for (const { start, end } of (answers.length > 0 ? answers : parts).reverse()) {
    const own = text.slice(start, end);
    const found = lastSign(own) ?? bareAnswer(own);
    if (found !== undefined) return found;
    if (/<answer>\s{0,8}$/.test(text.slice(Math.max(0, start - 16), start))) return own.trim();
  }
  return undefined;
}

/** Of a right answer in a file, which may be a whole solution. */
export function answerOfTarget(target: string): string {
  return finalAnswer(target) ?? target;
}

function lastSign(text: string): string | undefined {
  const signs = [lastBoxed(text), lastHashes(text), lastSaid(text, SAID), lastSaid(text, HEADING)];
  const found = signs.filter(sign => sign !== undefined);
  return found.sort((a, b) => a.at - b.at).at(-1)?.answer;
}

const HASHES = /(?<!#)####(?!#)([^\n]*)|^A:([^\n]*)/gm;
const HEADING_WORDS =
  /^[*_\d.) ]*(?:conclusion|summary|verification|check|explanation|solution|final answer|answer|step)\b/i;
const QUANTITY =
  /^[-−+]?[$€£]?-?(?:\d[\d,.]*|\.\d+)(?:e[-+]?\d+)?(?:\/\d+)?[ \t]?(?:%|[a-z°²³/]{1,20}(?: [a-z]{1,20})?)?\.?$/i;

/** GSM8K's `#### 42`, or `A: 42`. A line of Markdown that begins so is a heading if text follows it. */
function lastHashes(text: string): FoundAnswer | undefined {
  const end = text.trimEnd().length;
  for (const match of [...text.matchAll(HASHES)].reverse()) {
    const [whole, hashed = '', labelled] = match;
    // Of several in a line the last.
    const answer = (labelled ?? hashed.split('####').at(-1)!).trim();
    if (answer === '') continue;
    const isLast = match.index + whole.length >= end;
    const isAnswer =
      labelled !== undefined || (isLast ? !HEADING_WORDS.test(answer) : isQuantity(answer));
    if (isAnswer) return { at: match.index, answer };
  }
  return undefined;
}

function isQuantity(text: string): boolean {
  return text.length <= 60 && QUANTITY.test(text);
}

/** `the answer is 42`, `**Answer:** 42`. */
const SAID =
  /\b(?:answer|result)s?(?:[ \t]{1,4}to (?:the|this) (?:question|problem))?(?:[ \t]{1,4}(?:is|are|was|equals|(?:would|should|must|will) be)\b(?:[ \t]{0,4}:)?|[ \t]{0,4}(?:\*\*|__)?[ \t]{0,4}[:：](?:\*\*|__)?|[ \t]{1,4}(?=[$\\(\d-]))/gi;
/** A heading, with the answer in the next line. */
const HEADING =
  /^[ \t]{0,3}(?:#{1,6}[ \t]{0,4}|\*\*|__)(?:\d{1,2}\. )?(?:the )?(?:final |correct )?answers?[ \t:*_]{0,8}$/gim;
/** What is said of an answer that was given before. */
const REMARK =
  /^(?:not|also|correct|right|wrong|incorrect|reasonable|plausible|valid|clear|consistent|verified|confirmed|obvious|the same|indeed|therefore|thus|that|in|as follows|given by|obtained|found)\b/i;
/** Ends of what is said: a line, a sentence, a reason. */
const END = /\n|[.!?](?=\s|$)|,?\s(?:because|since|as|so|which)\b|\*\*|<\|/;
const LONGEST = 2000;
const OPENING = /(?:\$\$?|\\[([])[ \t]{0,8}\n\s{0,8}/y;

function lastSaid(text: string, signs: RegExp): FoundAnswer | undefined {
  for (const { 0: sign, index } of [...text.matchAll(signs)].reverse()) {
    const answer = saidAfter(text, index + sign.length);
    if (answer !== '' && !REMARK.test(answer)) return { at: index, answer };
  }
  return undefined;
}

/** In the rest of the line, or else in the next one that is not blank. */
function saidAfter(text: string, from: number): string {
  let at = from;
  while (at < text.length && /[\s*_:]/.test(text[at]!)) at++;
  // A formula in lines of its own.
  OPENING.lastIndex = at;
  if (OPENING.test(text)) at = OPENING.lastIndex;
  const rest = text.slice(at, at + LONGEST);
  const end = rest.search(END);
  return (end < 0 ? rest : rest.slice(0, end)).trim();
}

/** The whole text, where it is one line with nothing but a quantity or a letter. */
function bareAnswer(text: string): string | undefined {
  const own = text.trim();
  return isQuantity(own) || /^\(?[A-J]\)?[.)]?$/.test(own) ? own : undefined;
}
