// What ablating or steering a feature does, as a page of text.
import type { EffectView, SaeInfo } from '../../protocol/features';
import { featureTitle } from '../../core/sae/featureFormat';
import { displayToken } from '../../core/displayToken';

export function effectText(
  { feature, change, value, changed, everywhere, next, tokens, counted, totalBits }: EffectView,
  sae: SaeInfo,
  lineOf: (utf16: number) => number,
): string {
  const what =
    change.kind === 'ablate'
      ? 'is ablated'
      : `is steered by ${change.by > 0 ? '+' : ''}${change.by}`;
  const where = everywhere ? 'at every token of the window' : 'at the token under the cursor';
  const percent = (p: number) => (Number.isNaN(p) ? 'below' : `${(100 * p).toPrecision(3)} %`);
  const signed = (bits: number) => `${bits < 0 ? '−' : '+'}${Math.abs(bits).toFixed(3)}`;
  const nextRows = next.map(
    ({ bytes, before, after }) =>
      `  ${percent(before).padStart(9)}  ${percent(after).padStart(9)}  ${displayToken(bytes)}`,
  );
  const tokenRows = tokens.map(
    ({ bytes, before, after, utf16Start }) =>
      `  ${signed(after - before).padStart(8)}  ${before.toFixed(3).padStart(7)}  ${after.toFixed(3).padStart(7)}  ` +
      `${String(lineOf(utf16Start)).padStart(6)}  ${displayToken(bytes)}`,
  );
  return [
    `Feature ${featureTitle(feature)} ${what} ${where}`,
    `Autoencoder ${sae.name} at ${sae.hook}. Its value under the cursor: ${value.toFixed(3)}, then ${changed.toFixed(3)}.`,
    'What the autoencoder does not explain is left as it was.',
    '',
    'The next token behind the cursor’s',
    '     before      after  token',
    ...nextRows,
    '  (below: not among the 50 likeliest)',
    '',
    tokens.length > 0
      ? `Surprisal of the tokens behind it, in bits: ${signed(totalBits)} over ${counted} tokens; the largest changes`
      : `Nothing changed behind it (${counted} tokens looked at).`,
    ...(tokens.length > 0 ? ['    change   before    after    line  token', ...tokenRows] : []),
    '',
  ].join('\n');
}
