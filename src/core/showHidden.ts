// Characters that nobody sees, or that steer what shows them, made visible: everything that is shown goes through here.

const NAMES: Record<string, string> = { ' ': '·', '\n': '↵', '\r': '␍', '\t': '→', '\0': '␀' };

/**
 * Controls, format characters such as those of direction, what is not assigned, and what is drawn as nothing: fillers,
 * variation selectors, tags, the blank of Braille and of musical notation.
 */
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]/gu;

/** A text with every such character spelled, by default as `⟨U+202E⟩`. Spaces stay as they are. */
export function showHidden(text: string, spell = spellCharacter): string {
  return text.replace(HIDDEN, character => spell(character));
}

/** A text of several lines: line ends and tabs stay, too. */
export function showHiddenInLines(text: string): string {
  return text.replace(/[^\n\t]+/g, part => showHidden(part));
}

/** For example '↵', '⟨U+00A0⟩'. */
export function spellCharacter(character: string): string {
  const code = character.codePointAt(0)!;
  return NAMES[character] ?? `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
