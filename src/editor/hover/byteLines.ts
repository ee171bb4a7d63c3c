// Each byte of the token with its surprisal, and their sum beside the token's.
import { displayToken } from '../../core/displayToken';
import { formatBits } from '../../core/format';
import { isScored } from '../../core/lenses/scoreWords';
import type { TokenView } from '../../protocol/scores';
import { escapeMarkdown } from '../ui/escapeMarkdown';

/** `second`: the name of the second model, for a lens that compares the two. */
export function byteLines(view: TokenView, row: number, second?: string): string {
  const { byteBits, secondByteBits, bytes, scores, pending } = view;
  const bits = byteBits?.[row];
  if (!bits || bits.some(Number.isNaN))
    return pending > 0
      ? 'The bytes of this token have not been scored yet.\n\n'
      : 'No score for its bytes: the first token has no context, so its bytes are given.\n\n';
  const names = Array.from(bytes![row]!, byte => escapeMarkdown(displayToken(Uint8Array.of(byte))));
  const cells = (name: string, bits: Float64Array) =>
    `| ${[name, ...Array.from(bits, value => value.toFixed(2))].join(' | ')} |\n`;
  const others = second === undefined ? undefined : secondByteBits?.[row];
  const secondRow =
    others && !others.some(Number.isNaN) ? cells(`${escapeMarkdown(second!)}, bits`, others) : '';
  const sum = bits.reduce((total, value) => total + value, 0).toFixed(2);
  const token = scores && isScored(scores, row) ? formatBits(-scores.logprobs[row]!) : 'not known';
  const dashes = names.map(() => '--:');
  return (
    `| ${['byte', ...names].join(' | ')} |\n| ${['---', ...dashes].join(' | ')} |\n` +
    `${cells('bits', bits)}${secondRow}\nBytes together ${sum} bits, the token ${token}\n\n`
  );
}
