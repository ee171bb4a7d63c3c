// The section of the hover about a token of a trace whose file holds log-probabilities.
import { MarkdownString } from 'vscode';
import { NATS_PER_BIT } from '../../core/lenses/scores';
import { boundsWords } from '../../core/lenses/scoreWords';
import { formatBits, formatHex, formatPercent } from '../../core/format';
import { displayToken } from '../../core/displayToken';
import { tokenPlace } from '../../core/tokenPlace';
import { savedUncertainty } from '../../core/traces/savedUncertainty';
import type { SavedLogprobs, SavedToken } from '../../core/traces/trace';
import type { TokenView } from '../../protocol/scores';
import { explanationLines, type HoverContext } from '../hover/hoverSection';
import { escapeMarkdown } from '../ui/escapeMarkdown';

/** Alternatives in a hover, which should need no scrolling. */
const LISTED = 8;

export function savedSection({ view, place, lens }: HoverContext): MarkdownString[] {
  if (!place.saved) return [];
  const { series } = place.saved;
  return Array.from(view.ids, (_, row) => {
    const token = series.tokens[view.first + row]!;
    const where = `${tokenPlace(view.first + row, view.total)}, bytes \`${formatHex(token.bytes)}\``;
    const space =
      series.space === 'sampled'
        ? '\n\nThese numbers are after sampling changes (temperature, top-p). Do not compare them with a model’s own.'
        : '';
    return new MarkdownString(
      `**${escapeMarkdown(displayToken(token.bytes))}** — ${where}\n\n${explanationLines(lens.explain({ scores: view.scores, row, index: view.first + row }))}${numbers(token, series)}\n\n` +
        `${alternatives(view, row, token)}T0, from the file: ${escapeMarkdown(series.source)}. It shows where the model was uncertain or surprised, not which token decided the answer.${space}`,
    );
  });
}

function numbers(token: SavedToken, series: SavedLogprobs): string {
  if (Number.isNaN(token.logprob)) return 'The file has no number for this token.';
  const { surprisal, entropy, varentropy, gap } = savedUncertainty(token, series);
  return [
    `${formatPercent(-surprisal)} = ${formatBits(surprisal)}`,
    ...(token.top.length > 0 ? [`entropy ${boundsWords(...entropy)}`] : []),
    ...(Number.isNaN(varentropy)
      ? []
      : [`varentropy ${(varentropy / NATS_PER_BIT ** 2).toFixed(2)} bits²`]),
    ...(Number.isNaN(gap) ? [] : [`top-1 gap ${formatBits(gap)}`]),
  ].join('; ');
}

function alternatives(view: TokenView, row: number, token: SavedToken): string {
  const { topLogprobs, topK } = view.scores!;
  const own = view.scores!.ranks[row]! - 1;
  const all = view.topBytes![row]!;
  if (all.length === 0) return '';
  const line = (rank: string, name: string, logprob: number) =>
    `| ${rank} | ${name} | ${formatPercent(logprob)} | ${formatBits(-logprob)} |`;
  const lines = all.slice(0, LISTED).map((bytes, k) => {
    const name = escapeMarkdown(displayToken(bytes));
    return line(`${k + 1}`, k === own ? `**${name}** ✓` : name, topLogprobs[row * topK + k]!);
  });
  if ((own < 0 || own >= LISTED) && !Number.isNaN(token.logprob))
    lines.push(
      line(
        own < 0 ? 'not listed' : `${own + 1}`,
        `**${escapeMarkdown(displayToken(token.bytes))}** ✓`,
        token.logprob,
      ),
    );
  return `| rank | token | probability | surprisal |\n|--:|:--|--:|--:|\n${lines.join('\n')}\n\n`;
}
