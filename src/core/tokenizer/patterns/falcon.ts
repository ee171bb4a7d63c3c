import type { Match } from './scan';

/** Falcon, the first one: three digits at a time, of those that ByteLevel leaves as they are. */
export const FALCON_PATTERN = '[0-9][0-9][0-9]';

export const matchFalcon: Match = (text, from, to) => {
  for (let i = from; i < from + 3; i++) {
    const unit = i < to ? text.charCodeAt(i) : 0;
    if (unit < 0x30 || unit > 0x39) return from;
  }
  return from + 3;
};
