// `tokenscope bytes`: the surprisal of every byte of a text, and the proof that they add up to what its tokens cost.
import { byteRulesOf } from '../../core/exactBytes/byteRules';
import { emptyByteScores, type ByteScores } from '../../core/exactBytes/documentBytes';
import { bitsPerByte, totalsOf, describeProof } from '../../core/exactBytes/byteProof';
import { formatPercent } from '../../core/format';
import { NATS_PER_BIT } from '../../core/lenses/scores';
import { displayToken } from '../../core/displayToken';
import { encodeUtf8 } from '../../core/text/utf8';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import type { ByteProof } from '../../protocol/scores';
import { byteScoresOf } from '../../engine/scoring/byteScores';
import { scoreBytes } from '../../engine/scoring/bytesPass';
import { byteProof } from '../../engine/scoring/proveBytes';
import { Document } from '../../engine/documents/document';
import type { Model } from '../../engine/models/model';
import { tableLines } from '../tableLines';
import { defineCommand } from '../command';
import { modelFolder, withModels } from '../engine';
import { readText } from '../input';
import { interruptible } from '../interrupt';
import { formatScored, withProgress } from '../progressLine';
import { tokenizer } from '../servers';
import * as shared from '../sharedOptions';

const LISTED = 10;

interface Scored {
  readonly scores: ByteScores;
  readonly proof: ByteProof;
}

export const bytes = defineCommand({
  name: 'bytes',
  summary: 'surprisal of every byte',
  usage: 'FILE',
  options: {
    model: shared.model,
    tokenizer,
    second: shared.second,
    context: shared.context,
    json: shared.json,
  },
  async run({ operands: [file = ''], values, print }) {
    const text = await readText(file);
    const folder = modelFolder(values.model, values.tokenizer);
    // What is not available is refused before a model is loaded, or else before anything is scored.
    const check = (tokenizer: Tokenizer) =>
      void emptyByteScores(byteRulesOf(tokenizer), encodeUtf8(text), []);
    const work = async (model: Model, other: Model | undefined) => {
      for (const each of other ? [model, other] : [model]) {
        each.asTokenModel();
        each.checkEnds();
        byteScoresOf(each, new Document('text', 0, text));
      }
      const first = await scored(model, text);
      const second = other && (await scored(other, text));
      if (values.json) await print(byteLines(first, second));
      else if (second) await print(prettyTwo(first, second, model.info.name, other.info.name));
      else await print(pretty(first, model.info.name));
    };
    await withModels(folder, values.second, values.context, work, check);
  },
});

function scored(model: Model, text: string): Promise<Scored> {
  const document = new Document('text', 0, text);
  const scores = byteScoresOf(model, document);
  const total = scores.bytes.length;
  return interruptible(signal =>
    withProgress(formatScored('bytes'), async report => {
      const onScored = (scored: number) => report(scored, total);
      await scoreBytes(model, document, { visible: [], whole: true, signal, onScored });
      return { scores, proof: await byteProof(model, document, signal) };
    }),
  );
}

/** Of the bytes that both models scored. */
function bitsPerByteOf({ scores, proof }: Scored, other: Scored): number | null {
  const { surprisals, bytes } = scores;
  const scored = [...bytes.keys()].filter(
    at => !Number.isNaN(surprisals[at]! + other.scores.surprisals[at]!),
  );
  const nats = scored.reduce((sum, at) => sum + surprisals[at]!, 0);
  const sums = { ...totalsOf(proof), bytesBits: nats / NATS_PER_BIT };
  return bitsPerByte(sums, scored.length);
}

function* byteLines(first: Scored, second?: Scored): Generator<string> {
  const { scores, proof } = first;
  const { bytes, surprisals } = scores;
  for (const [offset, byte] of bytes.entries()) {
    const surprisal = surprisals[offset]! / NATS_PER_BIT;
    const line = { offset, byte: byte.toString(16).padStart(2, '0'), surprisal };
    const other = second && second.scores.surprisals[offset]! / NATS_PER_BIT;
    yield `${JSON.stringify(second ? { ...line, second: other } : line)}\n`;
  }
  const { bytesBits, boundaryBits, endBits, tokenBits } = totalsOf(proof);
  const summary = {
    eosBits: endBits,
    seamBits: boundaryBits,
    totalBits: bytesBits + boundaryBits + endBits,
    tokenNllBits: tokenBits,
    leakMax: proof.leakMax,
    leakMean: proof.leakMean,
    givenBytes: proof.givenBytes,
    windows: proof.windows.map(({ endBits, tokenBits, boundaryBits, ...window }) => ({
      ...window,
      seamBits: boundaryBits,
      endBits,
      tokenBits,
    })),
    ...(second && {
      bitsPerByte: bitsPerByteOf(first, second),
      secondBitsPerByte: bitsPerByteOf(second, first),
    }),
  };
  yield `${JSON.stringify(summary)}\n`;
}

/** Where the two differ most. */
function* prettyTwo(
  first: Scored,
  second: Scored,
  firstName: string,
  secondName: string,
): Generator<string> {
  const { bytes } = first.scores;
  const bits = ({ scores }: Scored, at: number) => scores.surprisals[at]! / NATS_PER_BIT;
  const difference = (at: number) => bits(second, at) - bits(first, at);
  const places = [...bytes.keys()]
    .filter(at => !Number.isNaN(difference(at)))
    .sort((a, b) => Math.abs(difference(b)) - Math.abs(difference(a)));
  const rows = places
    .slice(0, LISTED)
    .map(at => [
      bits(first, at).toFixed(2),
      bits(second, at).toFixed(2),
      difference(at).toFixed(2),
      String(at),
      displayToken(bytes.subarray(at, at + 1)),
    ]);
  const head = ['first', 'second', 'difference', 'at byte', 'byte'];
  yield* tableLines([head, ...rows], ['right', 'right', 'right', 'right', 'left']);
  for (const [scored, other, name] of [
    [first, second, firstName],
    [second, first, secondName],
  ] as const) {
    yield `\n${name}: ${bitsPerByteOf(scored, other)?.toFixed(3) ?? '–'} bits per byte with the end. ${describeProof(totalsOf(scored.proof))}\n`;
  }
}

function* pretty({ scores, proof }: Scored, name: string): Generator<string> {
  const { bytes, surprisals } = scores;
  const highest = [...surprisals.keys()]
    .filter(at => !scores.given.has(at))
    .sort((a, b) => surprisals[b]! - surprisals[a]!);
  const rows = highest
    .slice(0, LISTED)
    .map(at => [
      (surprisals[at]! / NATS_PER_BIT).toFixed(2),
      String(at),
      displayToken(bytes.subarray(at, at + 1)),
    ]);
  yield* tableLines([['bits', 'at byte', 'byte'], ...rows], ['right', 'right', 'left']);
  yield '\n';
  if (proof.windows.length > 1) {
    for (const window of proof.windows) {
      const { contextStart, byteStart, byteEnd } = window;
      yield `bytes ${byteStart}–${byteEnd}, given those from ${contextStart} on: ${describeProof(window)}\n`;
    }
  }
  yield `${bytes.length} bytes: ${describeProof(totalsOf(proof))}\n`;
  if (proof.givenBytes > 0)
    yield `The first ${proof.givenBytes} bytes, a token, were given: no token starts a text for this model.\n`;
  yield `Leak at most ${formatPercent(Math.log(proof.leakMax))} (${name})\n`;
}
