// What ablating or steering a feature does, as a page.
import { displayToken } from '../../core/displayToken';
import { formatProbability, formatSigned } from '../../core/format';
import { code, markdownTable } from '../../core/markdown';
import { featureTitle } from '../../core/sae/featureFormat';
import type { EffectView, SaeInfo } from '../../protocol/features';
import { escapeMarkdown } from '../ui/escapeMarkdown';

export function effectMarkdown(
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
    `# Feature ${feature.feature} ${what} ${where}`,
    `${escapeMarkdown(featureTitle(feature))}. Autoencoder ${escapeMarkdown(sae.name)} at ${code(sae.hook)}. Its value under the cursor: ${value.toFixed(3)}, then ${changed.toFixed(3)}. ` +
      'The part of the activation that the autoencoder does not explain is unchanged.',
    '## The token after the one under the cursor',
    nextTokenTable(effect),
    'below: not among the 50 likeliest',
    '## Surprisal of the tokens after it',
    tokens.length > 0
      ? `In bits: ${formatSigned(totalBits, 3)} over ${counted} tokens; the largest changes.`
      : `Nothing changed after it (${counted} tokens looked at).`,
    ...(tokens.length > 0 ? [surprisalTable(effect, lineOf)] : []),
    '',
  ].join('\n\n');
}

function nextTokenTable({ next }: EffectView): string {
  const shown = (p: number) => (Number.isNaN(p) ? 'below' : formatProbability(p));
  const rows = next.map(({ bytes, before, after }) => [
    shown(before),
    shown(after),
    code(displayToken(bytes)),
  ]);
  return markdownTable([['before', 'after', 'token'], ...rows], ['right', 'right', 'left']);
}

function surprisalTable({ tokens }: EffectView, lineOf: (utf16: number) => number): string {
  const rows = tokens.map(({ bytes, before, after, utf16Start }) => [
    formatSigned(after - before, 3),
    before.toFixed(3),
    after.toFixed(3),
    String(lineOf(utf16Start)),
    code(displayToken(bytes)),
  ]);
  const head = ['change', 'before', 'after', 'line', 'token'];
  return markdownTable([head, ...rows], ['right', 'right', 'right', 'right', 'left']);
}
