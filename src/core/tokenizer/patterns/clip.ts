// CLIP (Radford et al. 2021): words without the white space before them, which the model does not see.
import {
  NUMBER_CLASS,
  SPACE_CLASS,
  classAt,
  classes,
  codePointAt,
  runEnd,
} from '../unicode/classes';
import { contraction } from './contraction';
import type { Scan } from './scan';

export const CLIP_PATTERN = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

/** With the white space that the pattern does not match as pieces of their own. */
export const scanClip: Scan = (text, from, to) => {
  const contracted = contraction(text, from, to, false);
  if (contracted > 0) return from + contracted;
  const name = classAt(classes, text, from, to);
  const next = from + (codePointAt(text, from, to) > 0xffff ? 2 : 1);
  return name === NUMBER_CLASS ? next : runEnd(classes, text, next, to, name);
};

/** Whether the piece is white space. */
export const isSpaceAt = (text: string, at: number, to: number) =>
  classAt(classes, text, at, to) === SPACE_CLASS;
