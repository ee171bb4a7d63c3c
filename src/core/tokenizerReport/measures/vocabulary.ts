// What a vocabulary is made of, as in Qtok (Chelombitko et al. 2024, "Qtok: A Comprehensive Framework for Evaluating
// Multilingual Tokenizer Quality in Large Language Models", arXiv:2410.12989); classes are our own.
import { byteStringOf } from '../../exactBytes/byteString';
import { scriptNames } from '../../text/unicodeScripts';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import { ENTRY_CLASSES, entriesOf, scriptOfText, type EntryClass } from './entries';

export interface VocabularyReport {
  /** Highest id + 1. */
  readonly size: number;
  /** Ids that stand for something. */
  readonly entries: number;
  /** In the order of `ENTRY_CLASSES`. */
  readonly classes: readonly { readonly class: EntryClass; readonly entries: number }[];
  /** Most entries first. Entries whose characters are of one script, or of none ('Common'), or of several ('several'). */
  readonly scripts: readonly { readonly script: string; readonly entries: number }[];
  readonly duplicates: Duplicates;
}

/**
 * Entries that another one with a lower id equals: exactly; up to white space at the ends; up to case; up to both.
 * Special tokens are not counted, and neither is white space alone.
 */
export interface Duplicates {
  readonly exact: number;
  readonly blanks: number;
  readonly case: number;
  readonly both: number;
  /** Spellings that are equal up to both, by their ids; those with most spellings first. */
  readonly examples: readonly (readonly number[])[];
}

const MAX_EXAMPLES = 20;

export function vocabularyReport(tokenizer: Tokenizer): VocabularyReport {
  const classes = new Map<EntryClass, number>();
  const scripts = new Map<string, number>();
  const keys = { exact: new Set<string>(), blanks: new Set<string>(), case: new Set<string>() };
  const groups = new Map<string, number[]>();
  let [entries, kept] = [0, 0];
  for (const { id, bytes, text, class: name } of entriesOf(tokenizer)) {
    entries++;
    increment(classes, name);
    if (name === 'special') continue;
    // What is not UTF-8 has no case; it cannot be equal to a text, whose key begins with another letter.
    const key = text === undefined ? `b${byteStringOf(bytes)}` : `t${text}`;
    const trimmed = text === undefined ? key : `t${text.trim()}`;
    if (text !== undefined) {
      const script = scriptOfText(text);
      increment(scripts, script === undefined ? 'several' : scriptNames[script]!);
      if (trimmed === 't') continue;
    }
    kept++;
    const lower = (each: string) => (text === undefined ? each : each.toLowerCase());
    keys.exact.add(key);
    keys.blanks.add(trimmed);
    keys.case.add(lower(key));
    const group = groups.get(lower(trimmed));
    if (group) group.push(id);
    else groups.set(lower(trimmed), [id]);
  }
  const examples = [...groups.values()].filter(({ length }) => length > 1);
  examples.sort((a, b) => b.length - a.length);
  return {
    size: tokenizer.vocabSize,
    entries,
    classes: ENTRY_CLASSES.map(name => ({ class: name, entries: classes.get(name) ?? 0 })),
    scripts: [...scripts]
      .map(([script, count]) => ({ script, entries: count }))
      .sort((a, b) => b.entries - a.entries),
    duplicates: {
      exact: kept - keys.exact.size,
      blanks: kept - keys.blanks.size,
      case: kept - keys.case.size,
      both: kept - groups.size,
      examples: examples.slice(0, MAX_EXAMPLES),
    },
  };
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** How many byte strings two vocabularies share. Special tokens are left out. */
export interface Overlap {
  /** Different byte strings of each. */
  readonly first: number;
  readonly second: number;
  readonly both: number;
  /** |A ∩ B| / |A ∪ B|; null without entries. */
  readonly jaccard: number | null;
}

export function overlapOf(first: Tokenizer, second: Tokenizer): Overlap {
  const own = stringsOf(first);
  const other = stringsOf(second);
  let both = 0;
  for (const bytes of own) if (other.has(bytes)) both++;
  const all = own.size + other.size - both;
  return {
    first: own.size,
    second: other.size,
    both,
    jaccard: all > 0 ? both / all : null,
  };
}

function stringsOf(tokenizer: Tokenizer): Set<string> {
  const strings = new Set<string>();
  for (const { bytes, class: name } of entriesOf(tokenizer)) {
    if (name !== 'special') strings.add(byteStringOf(bytes));
  }
  return strings;
}
