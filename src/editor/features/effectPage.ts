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
  const where = everywhere ? 'at every token of the context window' : 'at the token at the cursor';
  return [
    `# Feature ${feature.feature} ${what} ${where}`,
    `${escapeMarkdown(featureTitle(feature))}. Autoencoder ${escapeMarkdown(sae.name)} at ${code(sae.hook)}. Its value at the cursor changes from ${value.toFixed(3)} to ${changed.toFixed(3)}. ` +
      'The part of the activation that the autoencoder does not reconstruct is unchanged.',
    '## Next token after the cursor',
    nextTokenTable(effect),
    'below: not among the 50 most likely',
    '## Surprisal of the following tokens',
    tokens.length > 0
      ? `In bits: ${formatSigned(totalBits, 3)} over ${counted} tokens; the largest changes.`
      : `No following token changed (${counted} tokens checked).`,
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
