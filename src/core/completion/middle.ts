// A suggestion as the text between what is before the cursor and what follows the closers after it, so that it stays
// the same while it is typed and the editor closes what is opened.

/** Characters after the cursor among which closers are looked for. */
export const CLOSERS = 64;

export interface Middle {
  readonly text: string;
  /** UTF-16 units at the end of the text that stand after the cursor when it is accepted. */
  readonly after: number;
  /** Whether it is too little to be shown unasked. */
  readonly isNoise: boolean;
}

/** How a middle is inserted before the closers that are there. */
export interface FittedMiddle {
  /** It takes the place of `replaces` UTF-16 units after the cursor. */
  readonly insert: string;
  readonly replaces: number;
  /** UTF-16 units at the end of `insert` that stand after the cursor. */
  readonly after: number;
}

/** The text after the cursor that may be closers: what comes before a word, up to the line end. */
export function closersOf(suffix: string): string {
  return /^(?:<\/[\w.:-]*>|[^\p{L}\p{N}_\r\n])*/u.exec(suffix.slice(0, CLOSERS))![0];
}

/** Undefined: with these closers after the cursor the middle is none. */
export function fitMiddle({ text, after }: Middle, closers: string): FittedMiddle | undefined {
  if (text.endsWith(closers)) {
    const insert = text.slice(0, text.length - closers.length);
    return { insert, replaces: 0, after: Math.max(0, after - closers.length) };
  }
  return isSubword(closers, text) ? { insert: text, replaces: closers.length, after } : undefined;
}

/** The rest of a middle whose beginning has been typed; undefined if it begins otherwise. */
export function restOfMiddle(middle: Middle, typed: string): Middle | undefined {
  if (!middle.text.startsWith(typed)) return undefined;
  return { ...middle, text: middle.text.slice(typed.length) };
}

/** Whether anything of it is left to be inserted before the cursor. */
export function isLeft({ text, after }: Middle): boolean {
  return text.length > after;
}

/** Whether an insertion is one character, or punctuation alone, which is typed as fast as it is read. */
export function isNoise(insert: string): boolean {
  const visible = insert.replace(/\s+/g, '');
  return [...visible].length < 2 || !/[\p{L}\p{N}_]/u.test(visible);
}

/** Whether the characters of `part` stand in `text` in their order: VS Code replaces only such a text by ghost text. */
export function isSubword(part: string, text: string): boolean {
  let found = 0;
  for (let at = 0; at < text.length && found < part.length; at++) {
    if (text[at] === part[found]) found++;
  }
  return found === part.length;
}
