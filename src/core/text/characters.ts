// Characters that several modules name, as UTF-16 units unless they are strings.

export const LINE_FEED = 0x0a;
export const CARRIAGE_RETURN = 0x0d;
export const SPACE = 0x20;
export const APOSTROPHE = 0x27;
/** What a lone surrogate becomes in UTF-8. */
export const REPLACEMENT_CHARACTER = 0xfffd;

/** How SentencePiece spells a space. */
export const METASPACE = '\u2581';

export const isHighSurrogate = (unit: number) => (unit & 0xfc00) === 0xd800;
export const isLowSurrogate = (unit: number) => (unit & 0xfc00) === 0xdc00;
