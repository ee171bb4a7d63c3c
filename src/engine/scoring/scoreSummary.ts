// What the scores of a text come to: its bits, and the tokens that surprise the model most.
import type { Alignment } from '../../core/columns';
import { displayToken } from '../../core/displayToken';
import { formatRatio } from '../../core/format';
import { lenses } from '../../core/lenses/lenses';
import { isScored } from '../../core/lenses/scoreWords';
import type { Scores } from '../../core/lenses/scores';
import type { Size } from '../../core/text/stream/rope';
import type { StreamTokens } from '../../core/text/stream/tokenStream';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { numberOrNull, placeFields, scoreFields } from '../documents/tokenJson';
import type { ScoredPart } from './scoreReader';

/** A token with the fields that `inspect --json` has of it. */
export type ScoredToken = { readonly index: number } & ReturnType<typeof placeFields> &
  ReturnType<typeof scoreFields>;

export class ScoreSummary {
  /** Most bits first; of equal ones the first in the text. */
  private readonly ranking: { readonly bits: number; readonly token: ScoredToken }[] = [];
  readonly alignments: readonly Alignment[] = ['right', 'right', 'right', 'left', 'left'];
  private sum = 0;
  private known = 0;

  /** `listed`: how many tokens are kept. */
  constructor(
    private readonly tokenizer: Tokenizer,
    private readonly size: Size,
    private readonly listed: number,
  ) {}

  add({ first, tokens, scores }: ScoredPart): void {
    for (const row of scores.logprobs.keys()) {
      if (!isScored(scores, row)) continue;
      const bits = lenses.surprisal.value(scores, row);
      this.sum += bits;
      this.known++;
      const at = this.ranking.findIndex(other => other.bits < bits);
      const place = at < 0 ? this.ranking.length : at;
      if (place >= this.listed) continue;
      const token = scoredToken(first + row, tokens, scores, row, this.tokenizer);
      this.ranking.splice(place, 0, { bits, token });
      this.ranking.length = Math.min(this.ranking.length, this.listed);
    }
  }

  get highest(): ScoredToken[] {
    return this.ranking.map(({ token }) => token);
  }

  /** Bits of all tokens that have a score, and those over their number and over the bytes of the text. */
  fields() {
    return {
      tokens: this.size.tokens,
      bytes: this.size.bytes,
      scored: this.known,
      bits: this.sum,
      bitsPerToken: numberOrNull(this.sum / this.known),
      bitsPerByte: numberOrNull(this.sum / this.size.bytes),
    };
  }

  /** For people. */
  words(): string {
    const { tokens, bytes } = this.size;
    return (
      `${tokens} tokens, ${bytes} bytes: ${formatRatio(this.sum, this.known)} bits per token, ` +
      `${formatRatio(this.sum, bytes)} bits per byte`
    );
  }

  /** For people: the highest, with a head. */
  rows(): string[][] {
    const name = (id: number) => displayToken(this.tokenizer.bytesOf(id));
    const rows = this.ranking.map(({ bits, token: { rank, byteStart, id, top } }) => [
      bits.toFixed(2),
      rank === null ? '–' : String(rank),
      String(byteStart),
      name(id),
      top?.[0] ? name(top[0].id) : '–',
    ]);
    return [['bits', 'rank', 'at byte', 'token', 'most likely instead'], ...rows];
  }
}

/** `row`: of `tokens` and `scores`; `index`: in the whole text. */
export function scoredToken(
  index: number,
  tokens: StreamTokens,
  scores: Scores,
  row: number,
  tokenizer: Tokenizer,
): ScoredToken {
  return {
    index,
    ...placeFields(tokens, row, tokenizer),
    ...scoreFields(scores, row, tokenizer),
  };
}
