// What the command line prints for people: the text in colours, then the figures that sum it up.
import { encodeUtf8 } from '../core/text/utf8';
import { lenses } from '../core/lenses/lenses';
import type { Lens } from '../core/lenses/lens';
import { terminalHeat, terminalShades } from '../core/lenses/steps';
import { isScored } from '../core/lenses/scoreWords';
import { legendOf, stepOf } from '../core/lenses/scale';
import type { Scores } from '../core/lenses/scores';
import { displayToken } from '../core/displayToken';
import type { StreamTokens } from '../core/text/stream/tokenStream';
import type { Model } from '../engine/models/model';
import { tableLines } from './tableLines';
import { usesColour, type Piece } from './terminal';

const LISTED = 10;

export function* prettyTokens(text: string, tokens: StreamTokens, model: Model): Generator<Piece> {
  yield* coloured(text, tokens, null, lenses.tokens);
  const bytes = encodeUtf8(text).length;
  const count = tokens.ids.length;
  yield `${count} tokens, ${bytes} bytes, ${ratio(bytes, count)} bytes per token (${model.info.name})\n`;
  yield* limitation(model);
}

export function* prettyInspect(
  text: string,
  tokens: StreamTokens,
  scores: Scores,
  model: Model,
): Generator<Piece> {
  const lens = lenses.surprisal;
  yield* coloured(text, tokens, scores, lens);
  if (usesColour()) yield* legend(lens);
  const known = [...scores.logprobs.keys()].filter(i => isScored(scores, i));
  const bits = (token: number) => lens.value(scores, token);
  const highest = known.sort((a, b) => bits(b) - bits(a)).slice(0, LISTED);
  const rows = highest.map(token => [
    bits(token).toFixed(2),
    scores.ranks[token]! > 0 ? String(scores.ranks[token]) : '–',
    String(tokens.byteStarts[token]),
    displayToken(model.tokenizer.bytesOf(tokens.ids[token]!)),
    Number.isNaN(scores.topLogprobs[token * scores.topK] ?? 0)
      ? '–'
      : displayToken(model.tokenizer.bytesOf(scores.topIds[token * scores.topK] ?? -1)),
  ]);
  yield* tableLines(
    [['bits', 'rank', 'at byte', 'token', 'likeliest instead'], ...rows],
    ['right', 'right', 'right', 'left', 'left'],
  );
  const total = known.reduce((sum, token) => sum + bits(token), 0);
  const bytes = encodeUtf8(text).length;
  yield (
    `\n${tokens.ids.length} tokens, ${bytes} bytes: ${ratio(total, known.length)} bits per token, ` +
    `${ratio(total, bytes)} bits per byte (${model.info.name})\n`
  );
  yield* limitation(model);
}

function* limitation({ tokenizer }: Model): Generator<string> {
  if (tokenizer.limitation) yield `${tokenizer.limitation}\n`;
}

function* coloured(
  text: string,
  tokens: StreamTokens,
  scores: Scores | null,
  lens: Lens,
): Generator<Piece> {
  if (!usesColour()) return;
  const palette = lens.scale.kind === 'alternate' ? terminalShades : terminalHeat;
  let painted = 0;
  for (let token = 0; token < tokens.ids.length; token++) {
    const end = tokens.utf16Ends[token]!;
    const style = palette[stepOf(lens.scale, lens.value(scores, token, token))] ?? '';
    yield { text: text.slice(painted, end), style };
    painted = Math.max(painted, end);
  }
  yield '\n';
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
