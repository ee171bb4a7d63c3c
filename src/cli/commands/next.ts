// `tokenscope next`: the probability of every next byte.
import { displayToken } from '../../core/displayToken';
import { UserError } from '../../core/errors';
import { formatBits, formatHex } from '../../core/format';
import { byteRulesOf } from '../../core/exactBytes/byteRules';
import { encodeUtf8 } from '../../core/text/utf8';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { lowerBounds, type LowerBounds } from '../../engine/scoring/lowerBounds';
import type { Model } from '../../engine/models/model';
import { nextBytes, type Mode, type NextBytes } from '../../engine/scoring/nextBytes';
import {
  byteFields,
  likeliest,
  nextTable,
  percent,
  restFields,
} from '../../engine/scoring/nextBytesFields';
import { tableLines } from '../tableLines';
import { defineCommand } from '../command';
import { modelFolder, withModels } from '../engine';
import { readText } from '../input';
import { choice, number, type Values } from '../options';
import { withProgress, type ProgressWords } from '../progressLine';
import { tokenizer } from '../servers';
import * as shared from '../sharedOptions';

const LISTED = 12;

const computing: ProgressWords = { doing: 'computing the next byte', of: () => '' };

const options = {
  at: shared.at,
  model: shared.model,
  tokenizer,
  mode: choice(['e1', 'e2', 'e3'], {
    default: 'e2',
    description:
      'e1: lower bounds over all tokenizations; e2: canonical tokenizations, raw model; e3: canonical tokenizations, renormalised model',
  }),
  lazy: number({
    valueName: 'SHARE',
    min: 0,
    max: 1,
    isOpen: 'max',
    default: 0,
    description:
      'skip tokenizations below this share of the probability of the text, and report them as untested',
  }),
  second: shared.second,
  context: shared.context,
  json: shared.json,
};

export const next = defineCommand({
  name: 'next',
  summary: 'exact probability of every possible next byte',
  usage: 'FILE',
  options,
  async run({ operands: [file = ''], values, print }) {
    checkCombination(values);
    const text = await readText(file);
    const bytes = encodeUtf8(text);
    const { at, mode, lazy, json } = values;
    shared.checkOffset(at, bytes.length);
    const folder = modelFolder(values.model, values.tokenizer);
    const work = async (model: Model, other: Model | undefined) => {
      const began = performance.now();
      const elapsed = () => Math.round(performance.now() - began);
      const inputOf = ({ tokenizer }: Model) => ({ bytes, tokens: tokenizer.encode(text) });
      if (mode === 'e1') {
        const bounds = await withProgress(computing, () => lowerBounds(model, inputOf(model), at));
        return print(json ? boundLines(bounds, elapsed()) : prettyBounds(bounds));
      }
      const distributionOf = (model: Model) =>
        withProgress(computing, () => nextBytes(model, inputOf(model), at, mode, undefined, lazy));
      const found = await distributionOf(model);
      const second = other && (await distributionOf(other));
      const ms = elapsed();
      if (second) {
        return print(json ? twoLines(found, second, mode, ms) : prettyTwo(found, second, mode));
      }
      return print(json ? nextLines(found, mode, lazy, ms) : prettyNext(found, mode, lazy));
    };
    // A tokenizer without exact bytes is refused before its model is loaded.
    const check = (tokenizer: Tokenizer) => void byteRulesOf(tokenizer);
    await withModels(folder, values.second, values.context, work, check);
  },
});

/** Throws `UserError`. */
function checkCombination({ mode, lazy, second }: Values<typeof options>): void {
  if (lazy > 0 && (mode !== 'e2' || second !== undefined)) {
    throw new UserError('--lazy needs mode e2 and a single model.');
  }
  if (mode === 'e1' && second !== undefined) {
    throw new UserError('--mode e1 needs a single model; bounds cannot be mixed.');
  }
}

function* boundLines({ start, text, joint }: LowerBounds, ms: number): Generator<string> {
  for (const [byte, jointAtLeast] of joint.entries()) {
    const known = jointAtLeast > -Infinity ? jointAtLeast : null;
    yield `${JSON.stringify({ byte: formatHex(Uint8Array.of(byte)), jointAtLeast: known })}\n`;
  }
  yield `${JSON.stringify({ mode: 'e1', contextStart: start, textAtLeast: text, ms })}\n`;
}

function* prettyBounds({ start, text, joint }: LowerBounds): Generator<string> {
  const rows = likeliest(joint, LISTED).map(byte => [
    displayToken(Uint8Array.of(byte)),
    formatBits(-joint[byte]!),
  ]);
  yield* tableLines([['byte', 'at most'], ...rows], ['left', 'right']);
  yield `\ne1: joint surprisal of the text from byte ${start} on and the byte, over all tokenizations of the last pretoken\n`;
  yield `the text alone: at most ${formatBits(-text)}\n`;
}

/** Two models in equal parts, whatever their tokens: bytes are what both have. */
function mixtureOf(a: NextBytes, b: NextBytes): Float64Array {
  return a.exact.map((p, byte) => (p + b.exact[byte]!) / 2);
}

function* twoLines(a: NextBytes, b: NextBytes, mode: Mode, ms: number): Generator<string> {
  const mixture = mixtureOf(a, b);
  for (let byte = 0; byte < 256; byte++) {
    const hex = byte.toString(16).padStart(2, '0');
    const [exact, second] = [a.exact[byte], b.exact[byte]];
    yield `${JSON.stringify({ byte: hex, exact, second, mixture: mixture[byte] })}\n`;
  }
  const mixtureEnd = (a.end + b.end) / 2;
  yield `${JSON.stringify({ mode, ...restFields(a), second: restFields(b), mixtureEnd, ms })}\n`;
}

function* prettyTwo(a: NextBytes, b: NextBytes, mode: Mode): Generator<string> {
  const mixture = mixtureOf(a, b);
  const row = (name: string, ...all: number[]) => [name, ...all.map(percent)];
  const rows = [
    ['byte', 'first', 'second', 'mixture'],
    ...likeliest(mixture, LISTED).map(byte =>
      row(displayToken(Uint8Array.of(byte)), a.exact[byte]!, b.exact[byte]!, mixture[byte]!),
    ),
    row('end', a.end, b.end, (a.end + b.end) / 2),
    row('leak', a.leak, b.leak, (a.leak + b.leak) / 2),
  ];
  yield* tableLines(rows, ['left', 'right', 'right', 'right']);
  yield `\n${mode}: both exact, mixed in equal parts\n`;
}

/** One JSON object for each byte, then one for the rest. */
function* nextLines(next: NextBytes, mode: Mode, lazy: number, ms: number): Generator<string> {
  for (let byte = 0; byte < 256; byte++) yield `${JSON.stringify(byteFields(next, byte, lazy))}\n`;
  yield `${JSON.stringify({ mode, ...(lazy > 0 && { lazy }), ...restFields(next), ms })}\n`;
}

/** The likeliest bytes, for people. */
function* prettyNext(next: NextBytes, mode: Mode, lazy: number): Generator<string> {
  yield* tableLines(nextTable(next, LISTED, lazy), ['left', 'right', 'right', 'right']);
  yield `\n${mode}: ${next.nodes} nodes, ${next.heads} heads after ${next.contextTokens} tokens\n`;
}
