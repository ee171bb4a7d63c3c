/** Text of any origin as Markdown that shows just that text. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[^\p{L}\p{N} ,–]/gu, character => `&#${character.codePointAt(0)};`);
}
