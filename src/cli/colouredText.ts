// What the command line prints for people: the text in colours, then the figures that sum it up.
import { lenses } from '../core/lenses/lenses';
import type { Lens } from '../core/lenses/lens';
import { terminalHeat, terminalShades } from '../core/lenses/steps';
import { isScored } from '../core/lenses/scoreWords';
import { legendOf, stepOf } from '../core/lenses/scale';
import type { Scores } from '../core/lenses/scores';
import { displayToken } from '../core/displayToken';
import type { Size } from '../core/text/stream/rope';
import type { TokenPart } from '../core/text/stream/tokenReader';
import type { StreamTokens } from '../core/text/stream/tokenStream';
import type { Model } from '../engine/models/model';
import type { ScoredPart } from '../engine/scoring/scoreReader';
import { tableLines } from './tableLines';
import { usesColour, type Piece } from './terminal';

const LISTED = 10;

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
  yield `${tokens} tokens, ${bytes} bytes, ${ratio(bytes, tokens)} bytes per token (${model.info.name})\n`;
  yield* limitation(model);
}

/** Below the text: the tokens that surprise most, and what all cost. */
export class InspectSummary {
  /** Most bits first; of equal ones the first in the text. */
  private highest: { readonly bits: number; readonly row: string[] }[] = [];
  private bits = 0;
  private known = 0;

  constructor(
    private readonly model: Model,
    private readonly size: Size,
  ) {}

  add({ tokens, scores }: ScoredPart): void {
    for (const token of scores.logprobs.keys()) {
      if (!isScored(scores, token)) continue;
      const bits = lenses.surprisal.value(scores, token);
      this.bits += bits;
      this.known++;
      const at = this.highest.findIndex(other => other.bits < bits);
      const place = at < 0 ? this.highest.length : at;
      if (place >= LISTED) continue;
      this.highest.splice(place, 0, { bits, row: this.rowOf(tokens, scores, token, bits) });
      this.highest.length = Math.min(this.highest.length, LISTED);
    }
  }

  *lines(): Generator<Piece> {
    if (usesColour()) {
      yield '\n';
      yield* legend(lenses.surprisal);
    }
    yield* tableLines(
      [
        ['bits', 'rank', 'at byte', 'token', 'likeliest instead'],
        ...this.highest.map(({ row }) => row),
      ],
      ['right', 'right', 'right', 'left', 'left'],
    );
    const { tokens, bytes } = this.size;
    yield (
      `\n${tokens} tokens, ${bytes} bytes: ${ratio(this.bits, this.known)} bits per token, ` +
      `${ratio(this.bits, bytes)} bits per byte (${this.model.info.name})\n`
    );
    yield* limitation(this.model);
  }

  private rowOf(tokens: StreamTokens, scores: Scores, token: number, bits: number): string[] {
    const { tokenizer } = this.model;
    return [
      bits.toFixed(2),
      scores.ranks[token]! > 0 ? String(scores.ranks[token]) : '–',
      String(tokens.byteStarts[token]),
      displayToken(tokenizer.bytesOf(tokens.ids[token]!)),
      Number.isNaN(scores.topLogprobs[token * scores.topK] ?? 0)
        ? '–'
        : displayToken(tokenizer.bytesOf(scores.topIds[token * scores.topK] ?? -1)),
    ];
  }
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

function ratio(a: number, b: number): string {
  return b > 0 ? (a / b).toFixed(3) : '–';
}
