import { SPACE_CLASS, classAt, classes, runEnd } from '../unicode/classes';
import { contraction } from './contraction';
import { leaveLastSpace, type Scan } from './scan';
import { APOSTROPHE, SPACE } from '../../text/characters';

export const GPT2_PATTERN =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** Radford et al. 2019, encoder.py; `ByteLevel` with `use_regex` in a tokenizer.json; r50k and p50k of tiktoken. */
export const scanGpt2: Scan = (text, from, to) => {
  const first = text.charCodeAt(from);
  if (first === APOSTROPHE) {
    const contracted = contraction(text, from, to, false);
    if (contracted > 0) return from + contracted;
  }
  let start = from;
  let name = classAt(classes, text, from, to);
  if (first === SPACE && from + 1 < to) {
    const next = classAt(classes, text, from + 1, to);
    if (next !== SPACE_CLASS) {
      start = from + 1;
      name = next;
    }
  }
  const end = runEnd(classes, text, start, to, name);
  return name === SPACE_CLASS ? leaveLastSpace(from, end, to) : end;
};
