// A token's bytes in readable form: as text where they are text, with spaces and control characters made visible, and
// as hex where they are not whole characters.

import { formatHex } from './format';

const NAMES: Record<string, string> = { ' ': '·', '\n': '↵', '\r': '␍', '\t': '→', '\0': '␀' };
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Z}]/gu;

/** For example `·return`, `↵↵`, `⟨f0 9f⟩`. Bytes that are not valid UTF-8 are shown entirely in hex. */
export function displayToken(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return `⟨${formatHex(bytes)}⟩`;
  }
  return text.replace(HIDDEN, visible);
}

/** Characters that would not be seen, or would change the order of others. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A text for people as it is, but with its control and format characters made visible. */
export function showHidden(text: string): string {
  return text.replace(UNSEEN, visible);
}

function visible(character: string): string {
  const code = character.codePointAt(0)!;
  return NAMES[character] ?? `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
