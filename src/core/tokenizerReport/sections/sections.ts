// The sections of the report, by their ids, in the order in which they are shown.
import type { SectionKind } from '../sectionKind';
import { size } from './size';

export const sectionKinds = {
  size,
} satisfies Record<string, SectionKind>;

export type SectionId = keyof typeof sectionKinds;
export const sectionIds = Object.keys(sectionKinds) as SectionId[];
