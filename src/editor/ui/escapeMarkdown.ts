/** Markdown that shows exactly this text, whatever is in it. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[^\p{L}\p{N} ,–]/gu, character => `&#${character.codePointAt(0)};`);
}
