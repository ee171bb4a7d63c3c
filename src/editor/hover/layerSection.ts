// What the lenses on layers add to the hover: the ladder of layers, or where the token looks.
import { MarkdownString } from 'vscode';
import { displayToken } from '../../core/displayToken';
import { formatBits, formatPercent } from '../../core/format';
import { lensWords } from '../../core/layers/lensWords';
import type { AttendedToken, AttentionView, LadderView } from '../../protocol/layers';
import { escapeMarkdown } from '../ui/escapeMarkdown';
import type { HoverSection } from './hoverSection';

/** Rungs in a hover, which should need no scrolling; the inspector lists all. */
const RUNGS = 8;
/** Blocks of a bar. */
const BAR = 10;

export const layerSection: HoverSection = async ({ lens, place, at, queries, signal }) => {
  const shown = lens.needs.includes('exitDepth')
    ? 'ladder'
    : lens.needs.includes('attention') || lens.needs.includes('dilution')
      ? 'attention'
      : undefined;
  if (place.saved || !shown) return [];
  const found = await queries.layersAt(place.text, at.utf16Start, [shown], signal);
  const part = found?.[shown];
  if (!part) return [];
  if ('refused' in part) return [new MarkdownString(escapeMarkdown(part.refused))];
  return [new MarkdownString('rungs' in part ? ladderLines(part) : attentionLines(part))];
};

/** From the last layer down, as many as have room. */
function ladderLines({ rungs, exitLayer, tunedLens }: LadderView): string {
  const step = Math.max(1, Math.ceil(rungs.length / RUNGS));
  const shown = [...rungs.keys()].reverse().filter((_, i) => i % step === 0);
  const lines = shown.map(layer => {
    const { best, logprob } = rungs[layer]!;
    const choice = best[0] ? escapeMarkdown(displayToken(best[0].bytes)) : '';
    const mark = layer >= exitLayer ? ' ✓' : '';
    return `| ${layer} | ${choice}${mark} | ${barOf(logprob)} | ${formatPercent(logprob)} | ${formatBits(-logprob)} |`;
  });
  return (
    `The model’s final choice ranks first from layer **${exitLayer}** of ${rungs.length} on (✓).\n\n` +
    `| layer | top token | this token |  |  |\n|--:|:--|:--|--:|--:|\n${lines.join('\n')}\n\n` +
    `By ${escapeMarkdown(lensWords(tunedLens))}.`
  );
}

/** Characters, which a hover can show: `███░░░`. */
function barOf(logprob: number): string {
  const full = Math.round(BAR * Math.exp(logprob));
  return '█'.repeat(full) + '░'.repeat(BAR - full);
}

function attentionLines({ layers, heads, from, to }: AttentionView): string {
  const list = (tokens: readonly AttendedToken[]) =>
    tokens
      .slice(0, 5)
      .map(
        ({ bytes, weight }) =>
          `${escapeMarkdown(displayToken(bytes))} ${formatPercent(Math.log(weight))}`,
      )
      .join(', ') || 'nothing';
  return (
    `Attends to: ${list(from)}\n\nAttended to by: ${list(to)}\n\n` +
    `Mean weights over ${layers} layers with ${heads} heads. The *Layers* tab of the inspector shows each head.`
  );
}
