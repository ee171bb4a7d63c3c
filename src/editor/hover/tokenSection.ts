// The section about the token: what it is, the lens's number, and what the model expected in its place.
import { MarkdownString } from 'vscode';
import { displayToken } from '../../core/displayToken';
import { tokenPlace } from '../../core/tokenPlace';
import { formatHex } from '../../core/format';
import { isOfText, needsModel } from '../../core/lenses/lens';
import type { Scores } from '../../core/lenses/scores';
import { entropyWords, isScored, rankWords } from '../../core/lenses/scoreWords';
import type { TokenView } from '../../protocol/scores';
import type { OtherToken } from '../traces/whatIf';
import { escapeMarkdown } from '../ui/escapeMarkdown';
import { byteLines } from './byteLines';
import { contrastLines } from './contrastLines';
import { explanationLines, probabilityCells, type HoverContext } from './hoverSection';

/** Alternatives in a hover, which should need no scrolling; the inspector lists them all. */
const LISTED = 5;

const WHAT_IF = 'tokenscope.whatIf';

export function tokenSection(context: HoverContext): MarkdownString[] {
  const { view, place } = context;
  return place.saved ? [] : Array.from(view.ids, (_, row) => describeToken(context, row));
}

function describeToken(context: HoverContext, row: number): MarkdownString {
  const { view, lens, engine, canBranch, firstToken } = context;
  const markdown = new MarkdownString();
  // Text of models is escaped, so that no link but these is in it.
  if (canBranch) markdown.isTrusted = { enabledCommands: [WHAT_IF] };
  const bytes = view.bytes![row]!;
  markdown.appendMarkdown(
    `**${escapeMarkdown(displayToken(bytes))}** — ${tokenPlace(view.first + row, view.total, firstToken)}, id ${view.ids[row]}\n\n` +
      `bytes \`${formatHex(bytes)}\` at ${view.byteStarts[row]}–${view.byteEnds[row]}` +
      `${view.normalized?.[row] ? ' (normalised: the file has other bytes here)' : ''}\n\n`,
  );
  const explanation = explanationLines(
    lens.explain({ scores: view.scores, row, index: view.first + row }),
  );
  if (lens.needs.includes('contrast'))
    markdown.appendMarkdown(contrastLines(context, row, explanation));
  else markdown.appendMarkdown(explanation);
  if (lens.needs.includes('bytes'))
    markdown.appendMarkdown(
      byteLines(view, row, lens.needs.includes('secondBytes') ? engine.second?.name : undefined),
    );
  const canScore = engine.state.kind !== 'ready' || engine.state.model.scores;
  if (view.scores && canScore) markdown.appendMarkdown(scoreLines(context, view.scores, row));
  return markdown;
}

function scoreLines(
  { view, lens, engine, place, canBranch }: HoverContext,
  scores: Scores,
  row: number,
): string {
  if (!isScored(scores, row)) {
    // Passes over the text leave nothing pending, whatever a model knows.
    const isPending = view.pending > 0 || lens.needs.some(isOfText);
    if (!isPending) return 'No score: the first token has no context.';
    return needsModel(lens)
      ? 'Not scored yet.'
      : 'This lens does not score tokens. Choose another lens to see probabilities.';
  }
  const logprob = scores.logprobs[row]!;
  const model = engine.state.kind === 'ready' ? engine.state.model : undefined;
  // Of ids of a model that is gone no link is made.
  const branching = canBranch ? model?.folder : undefined;
  const isTrace = place.answerStart !== undefined;
  const head = `| rank | token | probability | surprisal |${branching ? '  |' : ''}\n|--:|:--|--:|--:|${branching ? ':--|' : ''}\n`;
  // Where layers are read, what they hold comes next, in a hover that should need no scrolling.
  const table =
    lens.group === 'layers'
      ? ''
      : `${head}${alternatives(view, scores, row, branching).join('\n')}\n\n`;
  return (
    `${probabilityCells(logprob).join(' = ')}, rank ${rankWords(scores.ranks[row]!)}; entropy ${entropyWords(scores, row)}\n\n` +
    `${table}${isTrace ? 'T1, re-scored by ' : ''}${escapeMarkdown(model?.name ?? '')}, after ${scores.contexts[row]} tokens of context`
  );
}

/**
 * Table rows of the likeliest tokens, and of the token itself where it is none of them. `model`: the folder of the model
 * that branches the trace, where one can.
 */
function alternatives(
  view: TokenView,
  scores: Scores,
  row: number,
  model: string | undefined,
): string[] {
  const actual = view.ids[row]!;
  const k = scores.topK;
  const listed = scores.topLogprobs.subarray(row * k, row * k + Math.min(k, LISTED));
  const count = listed.findIndex(Number.isNaN);
  const ids = [...scores.topIds.subarray(row * k, row * k + (count < 0 ? listed.length : count))];
  const lines = ids.map((id, i) => {
    const name = escapeMarkdown(displayToken(view.topBytes![row]![i]!));
    const cells = [
      i + 1,
      id === actual ? `**${name}** ✓` : name,
      ...probabilityCells(scores.topLogprobs[row * k + i]!),
      ...(model
        ? [id === actual ? '' : whatIfLink({ utf16: view.utf16Starts[row]!, id, model })]
        : []),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  if (ids.includes(actual)) return lines;
  const name = escapeMarkdown(displayToken(view.bytes![row]!));
  const cells = [
    rankWords(scores.ranks[row]!),
    `**${name}** ✓`,
    ...probabilityCells(scores.logprobs[row]!),
  ];
  return [...lines, `| ${cells.join(' | ')} |`];
}

/** Opens how the trace goes on with that token. */
function whatIfLink(token: OtherToken): string {
  // VS Code decodes it twice: a server's address has escapes of its own.
  const json = JSON.stringify([token]).replaceAll('%', '\\u0025');
  // Brackets, which a folder may have, would end the link.
  const given = encodeURIComponent(json).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16)}`,
  );
  return `[what if](command:${WHAT_IF}?${given})`;
}
