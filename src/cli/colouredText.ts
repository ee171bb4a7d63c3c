// What the command line prints for people: the text in colours, then the figures that sum it up.
import { lenses } from '../core/lenses/lenses';
import type { Lens } from '../core/lenses/lens';
import { terminalHeat, terminalShades } from '../core/lenses/steps';
import { legendOf, stepOf } from '../core/lenses/scale';
import type { Scores } from '../core/lenses/scores';
import { formatRatio } from '../core/format';
import type { Size } from '../core/text/stream/rope';
import type { TokenPart } from '../core/text/stream/tokenReader';
import type { Model } from '../engine/models/model';
import type { ScoreSummary } from '../engine/scoring/scoreSummary';
import { tableLines } from './tableLines';
import { usesColour, type Piece } from './terminal';

/** A part of the text in the colours of a lens, where the terminal has colours. */
export function* colouredPart(
  { first, tokens, utf16Start, text }: TokenPart,
  scores: Scores | null,
  lens: Lens,
): Generator<Piece> {
  if (!usesColour()) return;
  const palette = lens.scale.kind === 'alternate' ? terminalShades : terminalHeat;
  let painted = 0;
  for (let row = 0; row < tokens.ids.length; row++) {
    const end = tokens.utf16Ends[row]! - utf16Start;
    const style = palette[stepOf(lens.scale, lens.value(scores, row, first + row))] ?? '';
    yield { text: text.slice(painted, end), style };
    painted = Math.max(painted, end);
  }
}

/** Below the text. */
export function* tokensSummary({ tokens, bytes }: Size, model: Model): Generator<Piece> {
  if (usesColour()) yield '\n';
  yield `${tokens} tokens, ${bytes} bytes, ${formatRatio(bytes, tokens)} bytes per token (${model.info.name})\n`;
  yield* limitation(model);
}

/** Below the text: the tokens that surprise most, and what all cost. */
export function* inspectSummary(summary: ScoreSummary, model: Model): Generator<Piece> {
  if (usesColour()) {
    yield '\n';
    yield* legend(lenses.surprisal);
  }
  yield* tableLines(summary.rows(), summary.alignments);
  yield `\n${summary.words()} (${model.info.name})\n`;
  yield* limitation(model);
}

function* limitation({ tokenizer }: Model): Generator<string> {
  if (tokenizer.limitation) yield `${tokenizer.limitation}\n`;
}

function* legend(lens: Lens): Generator<Piece> {
  const palette = lens.scale.kind === 'alternate' ? terminalShades : terminalHeat;
  for (const [step, words] of legendOf(lens.scale).entries()) {
    if (step > 0) yield '  ';
    const style = palette[step];
    yield style ? { text: ` ${words} `, style } : words;
  }
  yield '\n\n';
}
