// A token's bytes in readable form: as text where they are text, with spaces and control characters made visible, and
// as hex where they are not whole characters.

import { formatHex } from './format';
import { showHidden, spellCharacter } from './showHidden';

/** For example `·return`, `↵↵`, `⟨f0 9f⟩`. Bytes that are not valid UTF-8 are shown entirely in hex. */
export function displayToken(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return `⟨${formatHex(bytes)}⟩`;
  }
  return showHidden(text).replace(/\p{Zs}/gu, spellCharacter);
}
