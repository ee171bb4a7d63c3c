// Text inside HTML.
import { showHidden } from '../../showHidden';

/** Never markup, also inside an attribute; characters that nobody would see are spelled. */
export function html(text: string): string {
  return showHidden(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
