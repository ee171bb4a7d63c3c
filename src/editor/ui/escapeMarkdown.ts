import { showHidden } from '../../core/showHidden';

/** Markdown that shows exactly this text, whatever is in it; what is hidden is spelled, and a line end is a space. */
export function escapeMarkdown(text: string): string {
  return showHidden(text.replace(/[\r\n\t]+/g, ' ')).replace(
    /[^\p{L}\p{N} ,–]/gu,
    character => `&#${character.codePointAt(0)};`,
  );
}
