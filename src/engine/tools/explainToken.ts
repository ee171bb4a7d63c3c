import { displayToken } from '../../core/displayToken';
import { UserError } from '../../core/errors';
import { formatBits, formatHex, formatPercent } from '../../core/format';
import { showHidden } from '../../core/showHidden';
import { NATS_PER_BIT } from '../../core/lenses/scores';
import { measureTokens } from '../../core/text/stream/tokenReader';
import { TokenStream } from '../../core/text/stream/tokenStream';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import type { SplitView } from '../../protocol/split';
import type { Piece } from '../../protocol/types';
import { decodeText } from '../files/utf8Text';
import { splitAt } from '../documents/split';
import { hex, placeFields } from '../documents/tokenJson';
import type { Model } from '../models/model';
import { checkMissing } from '../scoring/checkSpelled';
import { scoredToken, type ScoredToken } from '../scoring/scoreSummary';
import { required, wholeNumber } from './inputs';
import { namedToken, scoredParts, top } from './scoreText';
import { defineTool, type ToolEngine } from './tool';
import { decoded } from './toolText';

export const explainToken = defineTool({
  name: 'explain_token',
  title: 'Explain a Token',
  summary: 'the token at a byte offset: its scores, and the merges that made it',
  description:
    'Explains the token at a byte offset of a text or file: its id, bytes and position; its surprisal in bits, rank, entropy and the most likely alternatives, from a language model on this machine; and how the tokenizer made it from the word around it (the merges of byte-pair encoding). Use it to find out why a text is split as it is, or what the model expected there.',
  inputs: {
    at: required(
      wholeNumber({
        min: 0,
        max: Number.MAX_SAFE_INTEGER,
        description: 'Byte offset in the UTF-8 text, at the start of a character',
      }),
    ),
    top,
  },
  mostBytes: 1 << 20,
  async run(engine, given, { at, top }) {
    const text = decoded(given);
    const utf16 = characterAt(text, given.bytes, at);
    const model = await engine.model('scores');
    const { tokenizer, info } = model;
    const stream = new TokenStream(tokenizer, text);
    const total = stream.size.tokens;
    const { first } = stream.tokensIn(utf16, utf16);
    if (first >= total)
      throw new UserError(`There is no token at byte ${at}: the tokenizer drops this text.`);
    const split = splitAt(tokenizer, stream, utf16, '');
    const place = { index: first, ...placeFields(stream.tokens(first, first + 1), 0, tokenizer) };
    const token = info.scores ? await scoredAt(engine, model, text, first, top) : place;
    const bytes = tokenizer.bytesOf(place.id);
    return {
      text: [
        `${displayToken(bytes)}: token ${first} of ${total}, from 0; id ${place.id}; bytes ${formatHex(bytes)} at ${place.byteStart}–${place.byteEnd} (${info.name}).`,
        ...('top' in token ? scoreLines(token, tokenizer) : [`No scores: ${info.scoresMissing}.`]),
        ...(split ? splitLines(split) : []),
      ].join('\n'),
      data: {
        model: info.name,
        token: namedToken(token, tokenizer),
        split: split && splitFields(split, tokenizer),
      },
    };
  },
});

/** The UTF-16 offset of the character that begins at a byte. Throws `UserError` where none does. */
function characterAt(text: string, bytes: Uint8Array, at: number): number {
  if (at >= bytes.length) {
    const range =
      bytes.length > 0 ? `from 0 to ${bytes.length - 1}` : 'in a text that is not empty';
    throw new UserError(
      `There is no token at byte ${at}: the text has ${bytes.length} bytes, so at must be a byte offset ${range}.`,
    );
  }
  let begins = at;
  while (begins > 0 && (bytes[begins]! & 0xc0) === 0x80) begins--;
  const utf16 = decodeText('', bytes.subarray(0, begins)).length;
  if (begins === at) return utf16;
  const character = String.fromCodePoint(text.codePointAt(utf16)!);
  throw new UserError(
    `Byte ${at} is inside the character ${showHidden(character)}. Use the byte where it begins: ${begins}.`,
  );
}

/** Scores the text up to the token. */
async function scoredAt(
  engine: ToolEngine,
  model: Model,
  text: string,
  token: number,
  topK: number,
): Promise<ScoredToken> {
  const { tokenizer } = model;
  checkMissing(model, measureTokens(tokenizer, [text]).missing);
  const onScored = (scored: number) => engine.onProgress(Math.min(scored, token), token + 1);
  for await (const { first, tokens, scores } of scoredParts(model, text, topK, engine, onScored)) {
    const row = token - first;
    if (row < tokens.ids.length) return scoredToken(token, tokens, scores, row, tokenizer);
  }
  throw new Error(`token ${token} was not scored`);
}

function scoreLines(
  { logprob, rank, entropy, context, top }: ScoredToken,
  tokenizer: Tokenizer,
): string[] {
  if (logprob === null) return ['No score: the first token has no context.'];
  const others = top?.map(({ id, logprob }) => {
    const name = displayToken(tokenizer.bytesOf(id));
    return `${name} ${formatPercent(logprob ?? -Infinity)}`;
  });
  const uncertain = entropy === null ? '' : `; entropy ${formatBits(entropy * NATS_PER_BIT)}`;
  return [
    `Probability ${formatPercent(logprob)} = ${formatBits(-logprob)}, rank ${rank ?? 'not known'}${uncertain}, after ${context} tokens.`,
    ...(others?.length ? [`Most likely: ${others.join(', ')}.`] : []),
  ];
}

function splitLines({ tokens, symbols, steps, rankIs, note }: SplitView): string[] {
  const names = (pieces: readonly Piece[]) =>
    pieces.map(({ bytes }) => displayToken(bytes)).join(' | ');
  return [
    `The word around it: ${names(tokens)}.`,
    ...(steps.length > 0
      ? [
          `Merged from ${names(symbols)} (rank: ${rankIs}):`,
          ...steps.map(({ rank, piece }) => `  ${rank}  ${displayToken(piece.bytes)}`),
        ]
      : []),
    ...(note ? [note] : []),
  ];
}

function splitFields(split: SplitView, tokenizer: Tokenizer) {
  const named = ({ id }: Piece) => {
    const bytes = tokenizer.bytesOf(id);
    return { id, bytes: hex(bytes), text: displayToken(bytes) };
  };
  const { byteStart, byteEnd, tokens, symbols, steps, rankIs, note } = split;
  return {
    byteStart,
    byteEnd,
    tokens: tokens.map(named),
    symbols: symbols.map(named),
    steps: steps.map(({ rank, piece }) => ({ rank, ...named(piece) })),
    rankIs,
    note,
  };
}
