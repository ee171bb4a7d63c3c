// `tokenscope bytes`: the surprisal of every byte of a text, and the proof that they come to what its tokens cost.
import type { ByteScores } from '../../core/exactBytes/documentBytes';
import { bitsPerByte, totalsOf, describeProof } from '../../core/exactBytes/byteProof';
import { NATS_PER_BIT } from '../../core/lenses/scores';
import { displayToken } from '../../core/displayToken';
import type { ByteProof } from '../../protocol/scores';
import { byteScoresOf } from '../../engine/scoring/byteScores';
import { scoreBytes } from '../../engine/scoring/bytesPass';
import { byteProof } from '../../engine/scoring/proveBytes';
import { Document } from '../../engine/documents/document';
import type { Model } from '../../engine/models/model';

const LISTED = 10;

interface Scored {
  readonly scores: ByteScores;
  readonly proof: ByteProof;
}

/** The lines to print. */
export async function runBytes(
  model: Model,
  text: string,
  json: boolean,
  showProgress: (done: number, total: number) => void,
  other?: Model,
): Promise<Iterable<string>> {
  // What cannot be had is refused before anything is scored.
  for (const each of other ? [model, other] : [model]) {
    each.asTokenModel();
    each.checkEnds();
    byteScoresOf(each, new Document('text', 0, text));
  }
  const { scores, proof } = await scored(model, text, showProgress);
  const second = other && (await scored(other, text, showProgress));
  if (json) return byteLines(scores, proof, second);
  const { name } = model.info;
  return second
    ? prettyTwo({ scores, proof }, second, name, other.info.name)
    : pretty(scores, proof, name);
}

async function scored(
  model: Model,
  text: string,
  showProgress: (done: number, total: number) => void,
): Promise<Scored> {
  const document = new Document('text', 0, text);
  const { signal } = new AbortController();
  const scores = byteScoresOf(model, document);
  const total = scores.bytes.length;
  const onScored = (scored: number) => showProgress(scored, total);
  await scoreBytes(model, document, { visible: [], whole: true, signal, onScored });
  return { scores, proof: await byteProof(model, document, signal) };
}

function bitsPerByteOf({ scores, proof }: Scored): number {
  return bitsPerByte(totalsOf(proof), scores.bytes.length);
}

function* byteLines(scores: ByteScores, proof: ByteProof, second?: Scored): Generator<string> {
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
    windows: proof.windows,
    ...(second && {
      bitsPerByte: bitsPerByteOf({ scores, proof }),
      secondBitsPerByte: bitsPerByteOf(second),
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
  const places = [...bytes.keys()].sort(
    (a, b) => Math.abs(difference(b)) - Math.abs(difference(a)),
  );
  yield '  first   second  difference  at byte  byte\n';
  for (const at of places.slice(0, LISTED)) {
    const cells = [bits(first, at).toFixed(2).padStart(7), bits(second, at).toFixed(2).padStart(7)];
    yield `${cells.join('  ')}  ${difference(at).toFixed(2).padStart(10)}  ${String(at).padStart(7)}  ${displayToken(bytes.subarray(at, at + 1))}\n`;
  }
  for (const [scored, name] of [
    [first, firstName],
    [second, secondName],
  ] as const) {
    yield `\n${name}: ${bitsPerByteOf(scored).toFixed(3)} bits per byte with the end. ${describeProof(totalsOf(scored.proof))}\n`;
  }
}

function* pretty(
  { bytes, surprisals }: ByteScores,
  proof: ByteProof,
  name: string,
): Generator<string> {
  const highest = [...surprisals.keys()].sort((a, b) => surprisals[b]! - surprisals[a]!);
  yield '   bits  at byte  byte\n';
  for (const at of highest.slice(0, LISTED)) {
    const bits = (surprisals[at]! / NATS_PER_BIT).toFixed(2).padStart(7);
    yield `${bits}  ${String(at).padStart(7)}  ${displayToken(bytes.subarray(at, at + 1))}\n`;
  }
  yield '\n';
  if (proof.windows.length > 1) {
    for (const window of proof.windows) {
      const { contextStart, byteStart, byteEnd } = window;
      yield `bytes ${byteStart}–${byteEnd}, given those from ${contextStart} on: ${describeProof(window)}\n`;
    }
  }
  yield `${bytes.length} bytes: ${describeProof(totalsOf(proof))}\n`;
  yield `Leak at most ${(100 * proof.leakMax).toFixed(3)} % (${name})\n`;
}
