// The sections of the report, by their ids, in the order in which they are shown.
import type { SectionKind } from '../sectionKind';
import { chunks } from './chunks';
import { lexicon } from './lexicon';
import { merges } from './merges';
import { numbers } from './numbers';
import { scripts } from './scripts';
import { size } from './size';
import { swap } from './swap';
import { terms } from './terms';
import { vocabulary } from './vocabulary';
import { words } from './words';

export const sectionKinds = {
  size,
  vocabulary,
  scripts,
  numbers,
  words,
  terms,
  merges,
  lexicon,
  chunks,
  swap,
} satisfies Record<string, SectionKind>;

export type SectionKinds = typeof sectionKinds;
export type SectionId = keyof typeof sectionKinds;
export const sectionIds = Object.keys(sectionKinds) as SectionId[];
