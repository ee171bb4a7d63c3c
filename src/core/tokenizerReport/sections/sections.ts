// What answers the questions of the report, by the ids of its sections.
import type { SectionKind } from '../sectionKind';
import { chunks } from './chunks';
import { lexicon } from './lexicon';
import { merges } from './merges';
import { mixture } from './mixture';
import { numbers } from './numbers';
import { scripts } from './scripts';
import type { SectionId } from './sectionWords';
import { size } from './size';
import { swap } from './swap';
import { terms } from './terms';
import { vocabulary } from './vocabulary';
import { words } from './words';

export const sectionKinds: Readonly<Record<SectionId, SectionKind>> = {
  size,
  vocabulary,
  scripts,
  numbers,
  words,
  terms,
  merges,
  lexicon,
  chunks,
  mixture,
  swap,
};
