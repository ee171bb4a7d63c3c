// What stands in \boxed{}.

/** An answer, and where its sign begins. */
export interface FoundAnswer {
  readonly at: number;
  readonly answer: string;
}

interface Box {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** Boxes, and braces of their contents; escaped braces are signs like others. */
const BRACES = /\\{1,2}(?:boxed|fbox)\s*(\{)?|\\[^]|[{}]/g;
/** Between boxes that are one answer: nothing, a comma, a word. */
const BETWEEN =
  /^(?:[\s$,;]|\\[()[\],; ]|\\quad|\\text\s?\{\s?(?:and|or)\s?\}|\band\b|\bor\b|\*\*)*$/;
const NARROW = 40;
const MOST_PARTS = 50;

/** The last box, with those before it that it goes on from: `\boxed{1} and \boxed{2}`. */
export function lastBoxed(text: string): FoundAnswer | undefined {
  if (!/\\(?:boxed|fbox)/.test(text)) return undefined;
  const boxes = boxesOf(text);
  const parts: string[] = [];
  let next: Box | undefined;
  for (const box of boxes.reverse()) {
    if (next && (parts.length === MOST_PARTS || !isJoined(text, box, next))) break;
    const content = text.slice(box.from, box.to).trim();
    if (content !== '' && parts[0] !== content) parts.unshift(content);
    next = box;
  }
  return boxes[0] && parts.length > 0 ? { at: boxes[0].at, answer: parts.join(', ') } : undefined;
}

/** In order of their beginnings, without those that contain others. */
function boxesOf(text: string): Box[] {
  const found: Box[] = [];
  /** Open braces; `at` is -1 for one that is not a box's. */
  const open: { at: number; from: number }[] = [];
  for (const { 0: sign, 1: brace, index } of text.matchAll(BRACES)) {
    const end = index + sign.length;
    if (sign === '{') open.push({ at: -1, from: end });
    else if (brace) open.push({ at: index, from: end });
    else if (sign === '}') {
      const box = open.pop();
      const isInner = box && box.at >= 0 && !(found.length > 0 && found.at(-1)!.at > box.at);
      if (isInner) found.push({ ...box, to: index });
    }
  }
  return found;
}

function isJoined(text: string, before: Box, after: Box): boolean {
  const between = text.slice(before.to + 1, after.at);
  return between.length <= NARROW && !between.includes('\n') && BETWEEN.test(between);
}
