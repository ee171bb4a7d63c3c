import { columns } from '../../core/columns';
import { displayToken } from '../../core/displayToken';
import { measureTokens, TokenReader } from '../../core/text/stream/tokenReader';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import type { Model } from '../models/model';
import { checkMissing } from '../scoring/checkSpelled';
import { scoreReader, type ScoredPart } from '../scoring/scoreReader';
import { ScoreSummary, type ScoredToken } from '../scoring/scoreSummary';
import { wholeNumber } from './inputs';
import { defineTool, type ToolEngine } from './tool';
import { decoded } from './toolText';

export const top = wholeNumber({
  min: 0,
  max: 20,
  default: 3,
  description: 'Number of most likely alternatives to list for each token',
});

export const scoreText = defineTool({
  name: 'score_text',
  title: 'Score Text',
  summary: 'the surprisal of a text, and its most surprising tokens',
  description:
    'Scores every token of a text or file with a language model on this machine. Returns the surprisal (−log2 of the probability, in bits) in total, per token and per byte, and the most surprising tokens with byte offset, rank, entropy and the most likely alternatives. Use it to find typos, bugs, odd wordings or unusual values in a text, or to compare how predictable texts are. A few thousand tokens take seconds.',
  inputs: {
    most: wholeNumber({
      min: 0,
      max: 1000,
      default: 10,
      description: 'Number of tokens to list, the most surprising first',
    }),
    top,
  },
  mostBytes: 1 << 20,
  async run(engine, given, { most, top }) {
    const text = decoded(given);
    const model = await engine.model('scores');
    const { tokenizer, info } = model;
    const size = measureTokens(tokenizer, [text]);
    checkMissing(model, size.missing);
    const summary = new ScoreSummary(tokenizer, size, most);
    const onScored = (scored: number) => engine.onProgress(scored, size.tokens);
    for await (const part of scoredParts(model, text, top, engine, onScored)) summary.add(part);
    return {
      text: [
        `${summary.words()} (${info.name}).`,
        ...(most > 0 ? columns(summary.rows(), summary.alignments) : []),
      ].join('\n'),
      data: {
        model: info.name,
        ...summary.fields(),
        highest: summary.highest.map(token => namedToken(token, tokenizer)),
      },
    };
  },
});

/** The scores of a text, as `inspect` has them. */
export function scoredParts(
  model: Model,
  text: string,
  topK: number,
  { signal }: ToolEngine,
  onScored: (scored: number) => void,
): AsyncGenerator<ScoredPart> {
  const reader = new TokenReader(model.tokenizer, [text]);
  return scoreReader(model, reader, { topK, signal, onScored });
}

/** With the printable form of its bytes, which alone are in hex. */
export function namedToken<T extends { readonly id: number; readonly top?: ScoredToken['top'] }>(
  token: T,
  tokenizer: Tokenizer,
) {
  const text = (id: number) => displayToken(tokenizer.bytesOf(id));
  const top = token.top?.map(other => ({ ...other, text: text(other.id) }));
  return { ...token, text: text(token.id), ...(top && { top }) };
}
