/** The ids of texts of a single character, keyed by code point. */
export function charactersOf(
  ids: Iterable<readonly [text: string, id: number]>,
): Map<number, number> {
  const characters = new Map<number, number>();
  for (const [text, id] of ids) {
    const code = text.codePointAt(0) ?? 0;
    if (text.length === (code > 0xffff ? 2 : 1)) characters.set(code, id);
  }
  return characters;
}
