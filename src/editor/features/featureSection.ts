// The section of the hover about features, under lenses of features: which features fire, how reliable their labels are,
// which next tokens they raise, and which nearly fire.
import { MarkdownString } from 'vscode';
import { formatShare } from '../../core/format';
import { formatDensity, formatShareOfMax, featureTitle } from '../../core/sae/featureFormat';
import { displayToken } from '../../core/displayToken';
import type { FeaturesAt } from '../../protocol/features';
import { escapeMarkdown } from '../ui/escapeMarkdown';
import type { HoverContext } from '../hover/hoverSection';

const LISTED = 6;
const RAISED = 3;

export async function featureSection(context: HoverContext): Promise<MarkdownString[]> {
  const { lens, place, at, autoencoder, signal } = context;
  if (!lens.needs.includes('features') || place.saved || autoencoder.info === null) return [];
  const found = await autoencoder.askAbout(place.text, async (remote, version) => {
    // Encodes what is not known yet; what is known costs nothing.
    const request = { passes: ['features'] as const, visible: [at], maxTokens: 0 };
    await remote.score({ ...version, ...request }, signal);
    return remote.featuresAt({ ...version, at: at.utf16Start, details: true }, signal);
  });
  return found ? [new MarkdownString(describeFeatures(found, autoencoder.info?.name ?? ''))] : [];
}

function describeFeatures(found: FeaturesAt, name: string): string {
  if (found.pending) return 'Its features have not been computed yet.';
  if (found.masked)
    return 'The autoencoder was not trained on the first token of a text. Its features are meaningless here.';
  const rows = found.features.slice(0, LISTED).map(feature => {
    const raised = feature.raises
      .slice(0, RAISED)
      .map(({ bytes }) => escapeMarkdown(displayToken(bytes)));
    const cells = [
      escapeMarkdown(featureTitle(feature)),
      feature.value.toFixed(2),
      formatShareOfMax(feature.value, feature),
      formatDensity(feature.density),
      raised.join(' '),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const more = found.features.length - rows.length;
  const near = found.near.slice(0, 3).map(feature => {
    const share = formatShare(feature.value, feature.needed);
    return `${escapeMarkdown(featureTitle(feature))} at ${share} of its threshold`;
  });
  const unexplained =
    found.unexplained === null ? '' : `; ${(100 * found.unexplained).toFixed(1)} % unexplained`;
  return (
    `**${found.features.length} features fire**${unexplained} (${escapeMarkdown(name)})\n\n` +
    `| feature | value | of maximum | density | raises, directly |\n|:--|--:|--:|--:|:--|\n${rows.join('\n')}\n\n` +
    (more > 0 ? `and ${more} more, listed in the inspector.\n\n` : '') +
    (near.length > 0 ? `Nearly active: ${near.join('; ')}` : '')
  );
}
