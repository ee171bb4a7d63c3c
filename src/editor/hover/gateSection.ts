// What the lens of the delete gate adds to the hover: the bytes of the character, and how long the text is after the gate.
import { MarkdownString } from 'vscode';
import { displayToken } from '../../core/displayToken';
import { formatCount, formatShare } from '../../core/format';
import type { GateView } from '../../protocol/layers';
import { escapeMarkdown } from '../ui/escapeMarkdown';
import type { HoverSection } from './hoverSection';

export const gateSection: HoverSection = async ({ lens, place, at, queries }) => {
  if (place.saved || !lens.needs.includes('deleteGate')) return [];
  const found = await queries.gateAt(place.text, at.utf16Start);
  return found ? [new MarkdownString(gateLines(found))] : [];
};

function gateLines({ bytes, values, threshold, scale, name, about, ...length }: GateView): string {
  const rows = Array.from(bytes, (byte, i) => {
    const value = values[i]!;
    const cells = Number.isNaN(value)
      ? ['not yet known', '', '']
      : [
          value > threshold ? 'kept' : 'deleted',
          value.toFixed(1),
          `${((100 * value) / scale).toFixed(0)} %`,
        ];
    return `| ${[escapeMarkdown(displayToken(Uint8Array.of(byte))), ...cells].join(' | ')} |`;
  });
  const { kept, known, total } = length;
  const part = known < total ? `, of ${formatCount(total)} in the text` : '';
  const share = known > 0 ? ` (${formatShare(kept, known)})` : '';
  const left = `${formatCount(kept)} of ${formatCount(known)} bytes are left after the gate${share}${part}.`;
  return (
    `| byte |  | gate, ${scale} to 0 |  |\n|:--|:--|--:|--:|\n${rows.join('\n')}\n\n` +
    `A byte is kept above ${threshold}. ${left}\n\n${escapeMarkdown(about ? `${name}: ${about}.` : name)}`
  );
}
