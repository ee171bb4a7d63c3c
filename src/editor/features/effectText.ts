// What ablating or steering a feature does, as a page of text.
import { columns } from '../../core/columns';
import { displayToken } from '../../core/displayToken';
import { formatProbability, formatSigned } from '../../core/format';
import { featureTitle } from '../../core/sae/featureFormat';
import type { EffectView, SaeInfo } from '../../protocol/features';

export function effectText(
  effect: EffectView,
  sae: SaeInfo,
  lineOf: (utf16: number) => number,
): string {
  const { feature, change, value, changed, everywhere, tokens, counted, totalBits } = effect;
  const what =
    change.kind === 'ablate'
      ? 'is ablated'
      : `is steered by ${change.by > 0 ? '+' : ''}${change.by}`;
  const where = everywhere ? 'at every token of the window' : 'at the token under the cursor';
  return [
    `Feature ${featureTitle(feature)} ${what} ${where}`,
    `Autoencoder ${sae.name} at ${sae.hook}. Its value under the cursor: ${value.toFixed(3)}, then ${changed.toFixed(3)}.`,
    'The part of the activation that the autoencoder does not explain is unchanged.',
    '',
    'The token after the one under the cursor',
    ...nextTokenTable(effect),
    '  (below: not among the 50 likeliest)',
    '',
    tokens.length > 0
      ? `Surprisal of the tokens after it, in bits: ${formatSigned(totalBits, 3)} over ${counted} tokens; the largest changes`
      : `Nothing changed after it (${counted} tokens looked at).`,
    ...(tokens.length > 0 ? surprisalTable(effect, lineOf) : []),
    '',
  ].join('\n');
}

function nextTokenTable({ next }: EffectView): string[] {
  const shown = (p: number) => (Number.isNaN(p) ? 'below' : formatProbability(p));
  const rows = next.map(({ bytes, before, after }) => [
    shown(before),
    shown(after),
    displayToken(bytes),
  ]);
  return columns([['before', 'after', 'token'], ...rows], ['right', 'right', 'left']).map(indented);
}

function surprisalTable({ tokens }: EffectView, lineOf: (utf16: number) => number): string[] {
  const rows = tokens.map(({ bytes, before, after, utf16Start }) => [
    formatSigned(after - before, 3),
    before.toFixed(3),
    after.toFixed(3),
    String(lineOf(utf16Start)),
    displayToken(bytes),
  ]);
  const head = ['change', 'before', 'after', 'line', 'token'];
  return columns([head, ...rows], ['right', 'right', 'right', 'right', 'left']).map(indented);
}

function indented(line: string): string {
  return `  ${line}`;
}
